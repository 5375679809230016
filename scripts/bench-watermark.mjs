import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { convertedAgain } from './bench-watermark/again.mjs';
import { falseAlarms, wrongKeys } from './bench-watermark/alarms.mjs';
import { besideAudiowmark } from './bench-watermark/audiowmark.mjs';
import { HAS_FFMPEG, RATE_HZ } from './bench-watermark/audio.mjs';
import { loadMark } from './bench-watermark/bundle.mjs';
import { clipsIn, robustness } from './bench-watermark/robustness.mjs';
import { ROOT } from './build.mjs';
import { command, print } from './output.mjs';

const DOCUMENT = join(ROOT, 'docs/watermark.md');
const SAMPLE = join(ROOT, 'tests/fixtures/audio/speech.wav');
const USAGE = `npm run bench:watermark -- [--clips <folder>] [--limit <clips>] [--only <treatment>]
npm run bench:watermark -- --false-alarms <windows> [--unmarked <folder>]...
npm run bench:watermark -- --wrong-keys <tries> [--clips <folder>]
npm run bench:watermark -- --beside [--clips <folder>] [--limit <clips>] [--only <treatment>]
npm run bench:watermark -- --again [--clips <folder>] [--limit <clips>]
npm run bench:watermark -- --speed`;

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: SAMPLE },
    limit: { type: 'string', default: '40' },
    only: { type: 'string' },
    'false-alarms': { type: 'string' },
    unmarked: { type: 'string', multiple: true, default: [SAMPLE] },
    'wrong-keys': { type: 'string' },
    beside: { type: 'boolean' },
    again: { type: 'boolean' },
    speed: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

await command(async () => (values.help ? print(USAGE) : main()));

async function main() {
  const mark = await loadMark();
  const clips = () => clipsIn(values.clips, Number(values.limit), mark);
  if (values['false-alarms'])
    return tell('alarms', await falseAlarms(Number(values['false-alarms']), values.unmarked, mark));
  if (values['wrong-keys']) return tell('keys', await wrongKeys(Number(values['wrong-keys']), clips(), mark));
  if (values.again) return tell('again', await convertedAgain(clips(), mark));
  if (values.speed) return tell('speed', await measureSpeed(mark));
  if (!HAS_FFMPEG) await print('ffmpeg is not installed: no codecs, no stretch, no pitch.');
  const compare = values.beside ? besideAudiowmark : robustness;
  await compare(clips(), mark, values.only, async (lines) => {
    if (!values.only) await write(values.beside ? 'beside' : 'treatments', lines);
  });
}

/**
 * Detection in noise without a mark, where nothing can stop early, on this thread.
 *
 * @param {Awaited<ReturnType<typeof loadMark>>} mark
 */
async function measureSpeed(mark) {
  const lines = [];
  for (const seconds of [10, 60]) {
    let state = 1;
    const noise = Float32Array.from({ length: seconds * RATE_HZ }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return 0.2 * (state / 2 ** 32 - 0.5);
    });
    const begun = performance.now();
    await mark.detectWatermark(noise, RATE_HZ);
    const taken = (performance.now() - begun) / 1000;
    lines.push(`- unmarked, ${seconds} s: ${(seconds / taken).toFixed(0)} times faster than real time`);
    const start = performance.now();
    mark.embedWatermark(noise, { version: 2, id24: 1 });
    const marking = (performance.now() - start) / 1000;
    lines.push(`- marking ${seconds} s: ${(seconds / marking).toFixed(0)} times faster than real time`);
  }
  return lines;
}

/**
 * @param {string} section
 * @param {string[]} lines
 */
async function tell(section, lines) {
  await print(lines.join('\n'));
  await write(section, lines);
}

/**
 * Puts lines between a section's marks in the document.
 *
 * @param {string} section
 * @param {string[]} lines
 */
async function write(section, lines) {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [start, end] = [`<!-- ${section} -->`, `<!-- /${section} -->`];
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf(end);
  if (to < 0) throw new Error(`${DOCUMENT} has no section ${section}.`);
  const whole = `${text.slice(0, from)}\n\n${lines.join('\n')}\n\n${text.slice(to)}`;
  writeFileSync(DOCUMENT, await format(whole, { parser: 'markdown' }));
}
