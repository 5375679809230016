import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { createServer } from 'vite';
import { ROOT } from './build.mjs';
import { listRecordings } from './harness.mjs';
import { command, print } from './output.mjs';

const OUT = join(ROOT, 'src/detect/clue-rates.json');
/** Which side of its line a clue may point to synthesis from, by what it is said to show. */
const SIDES = /** @type {const} */ ({ band: 'between', phase: 'above', jitter: 'below', floor: 'below' });
/** What a recording goes through before it is measured. */
const TREATMENTS = {
  'as they were': [],
  'after MP3 at 64 kbit/s': ['-c:a', 'libmp3lame', '-b:a', '64k', '-f', 'mp3'],
};

/**
 * Finds for every clue the line between people and what was made here on every other recording, measures how often
 * that is wrong on the rest, prints it and writes src/detect/clue-rates.json. Needs ffmpeg.
 *
 * node scripts/clues.mjs --people <folder> --made <folder> --others <folder of other synthetic speech>
 */
await command(async () => {
  const option = /** @type {const} */ ({ type: 'string', default: '' });
  const { values } = parseArgs({ options: { people: option, made: option, others: option } });
  const server = await createServer({ root: ROOT, logLevel: 'error', server: { middlewareMode: true } });
  try {
    const { measureClues } = await server.ssrLoadModule('/src/detect/clues.ts');
    /** @param {string} folder @param {string[]} treatment */
    const measureAll = async (folder, treatment) => {
      const measured = [];
      for (const file of await listRecordings(folder)) {
        const { samples, sampleRateHz } = decode(file, treatment);
        measured.push({ file: basename(file), ...(await measureClues(samples, sampleRateHz)) });
      }
      return measured;
    };
    /** @type {Record<string, any>} */
    const table = {};
    for (const [name, treatment] of Object.entries(TREATMENTS)) {
      table[name] = {
        people: await measureAll(values.people, treatment),
        made: await measureAll(values.made, treatment),
        others: await measureAll(values.others, treatment),
      };
    }
    const rates = Object.fromEntries(Object.entries(SIDES).map(([id, side]) => [id, judge(id, side, table)]));
    await print(JSON.stringify(rates, null, 2));
    const style = await resolveConfig(OUT);
    await writeFile(OUT, await format(JSON.stringify(rates), { ...style, parser: 'json' }));
  } finally {
    await server.close();
  }
});

/** @typedef {'above' | 'below' | 'between'} Side */

/**
 * @param {string} id
 * @param {Side} side
 * @param {Record<string, any>} table
 */
function judge(id, side, table) {
  const plain = table['as they were'];
  /** @param {any[]} list @param {number} half */
  const valuesOf = (list, half) => list.filter((_, i) => i % 2 === half).map((each) => each[id]);
  const line = bestLine(side, valuesOf(plain.people, 0), valuesOf(plain.made, 0));
  /** @param {any[]} list */
  const share = (list) => {
    const found = valuesOf(list, 1).filter((value) => value !== null);
    return { points: found.filter((value) => pointsTo(value, line)).length, of: found.length };
  };
  const rates = Object.entries(table).map(([treatment, { people, made, others }]) => ({
    treatment,
    people: share(people),
    made: share(made),
    others: share(others),
  }));
  return { ...line, rates };
}

/**
 * The interval of which fewest are wrong: below, above, or between two values.
 *
 * @param {Side} side
 * @param {number[]} people
 * @param {number[]} made
 */
function bestLine(side, people, made) {
  const all = [...people, ...made].filter((x) => x !== null).sort((a, b) => a - b);
  const cuts = [-Infinity, ...all.slice(1).map((x, i) => (x + (all[i] ?? x)) / 2), Infinity];
  let best = { from: -Infinity, to: Infinity };
  let fewest = Infinity;
  for (const from of side === 'below' ? [-Infinity] : cuts) {
    for (const to of side === 'above' ? [Infinity] : cuts) {
      if (to <= from) continue;
      const line = { from, to };
      const wrong =
        people.filter((x) => pointsTo(x, line)).length / people.length +
        made.filter((x) => !pointsTo(x, line)).length / made.length;
      if (wrong < fewest) [fewest, best] = [wrong, line];
    }
  }
  /** @param {number} x */
  const tidy = (x) => (Number.isFinite(x) ? Number(x.toPrecision(4)) : null);
  return { from: tidy(best.from), to: tidy(best.to) };
}

/**
 * @param {number} value
 * @param {{ from: number | null, to: number | null }} line
 */
function pointsTo(value, { from, to }) {
  return value >= (from ?? -Infinity) && value < (to ?? Infinity);
}

/**
 * @param {string} file
 * @param {string[]} treatment
 */
function decode(file, treatment) {
  let input = ['-i', file];
  let bytes;
  if (treatment.length > 0) {
    bytes = ffmpeg([...input, ...treatment, '-'], undefined);
    input = ['-i', '-'];
  }
  const rate = Number(
    spawnSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=sample_rate', '-of', 'csv=p=0', file])
      .stdout,
  );
  const raw = ffmpeg([...input, '-f', 'f32le', '-ac', '1', '-ar', `${rate}`, '-'], bytes);
  return { samples: new Float32Array(Uint8Array.from(raw).buffer), sampleRateHz: rate };
}

/**
 * @param {string[]} args
 * @param {Buffer | undefined} input
 */
function ffmpeg(args, input) {
  const options = { maxBuffer: 1 << 30, ...(input && { input }) };
  const { status, stdout, stderr } = spawnSync('ffmpeg', ['-v', 'error', ...args], options);
  if (status !== 0) throw new Error(`ffmpeg failed: ${String(stderr)}`);
  return stdout;
}
