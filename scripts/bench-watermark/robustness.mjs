import { print } from '../output.mjs';
import { attacksNamed, MISSING } from './attacks.mjs';
import { concat, RATE_HZ, readAudio, recordingsIn } from './audio.mjs';
import { randomFrom } from './effects.mjs';

const CLIP_SECONDS = 10;
const PAYLOAD_BAR = 0.98;

/**
 * Clips of ten seconds: neighbours in a folder joined, and cut.
 *
 * @param {string} folder
 * @param {number} limit
 * @param {typeof import('./internals.ts')} mark
 */
export function clipsIn(folder, limit, mark) {
  /** @type {Float32Array[]} */
  const clips = [];
  let waiting = new Float32Array(0);
  for (const file of recordingsIn(folder)) {
    waiting = concat(waiting, readAudio(file, mark.Resampler));
    for (; waiting.length >= CLIP_SECONDS * RATE_HZ; waiting = waiting.slice(CLIP_SECONDS * RATE_HZ))
      clips.push(waiting.slice(0, CLIP_SECONDS * RATE_HZ));
  }
  // Spread evenly over what there is, so that all voices are among them.
  const count = Math.min(limit, clips.length);
  return Array.from({ length: count }, (_, i) => clips[Math.floor((i * clips.length) / count)]).filter(
    (clip) => clip !== undefined,
  );
}

/**
 * Marks clips, does to them what the world does, and looks for the mark in five and ten seconds.
 *
 * @param {Float32Array[]} clips
 * @param {typeof import('./internals.ts')} mark
 * @param {string | undefined} only part of the names of attacks
 * @param {(lines: string[]) => Promise<void>} report is given the lines of Markdown so far after every treatment
 */
export async function robustness(clips, mark, only, report) {
  const lines = [
    '| treatment | found in 5 s | bar | payload right in 10 s | bar | payload wrong |',
    '|---|---|---|---|---|---|',
  ];
  await print(lines.join('\n'));
  let wrongInAll = 0;
  const payloads = clips.map((_, i) => ({ version: 2, id24: Math.floor(randomFrom(i + 1)() * 2 ** 24) }));
  const marked = clips.map((clip, i) => mark.embedWatermark(clip, payloads[i] ?? { version: 0, id24: 0 }));
  for (const attack of attacksNamed(only)) {
    const count = { tried: 0, found: 0, read: 0, wrong: 0 };
    for (const [i, clip] of marked.entries()) {
      const other = clips[(i + Math.ceil(clips.length / 2)) % clips.length] ?? clip;
      const setting = { random: randomFrom(1000 + i), other, mark };
      const rateHz = attack.rateHz ?? RATE_HZ;
      const whole = attack.run(clip, setting);
      const half = Math.floor(clip.length / 2);
      const parts = attack.apart
        ? [clip.subarray(0, half), clip.subarray(half)].map((part) => attack.run(part, setting))
        : [whole.subarray(0, whole.length / 2), whole.subarray(whole.length / 2)];
      /** @param {import('../../src/watermark').Detection} detection */
      const isWrong = ({ payloadOk, payload }) =>
        payloadOk && payload?.id24 !== payloads[i]?.id24 && payload?.id24 !== 0x123456;
      for (const part of parts) {
        const detection = await mark.detectWatermark(part, rateHz);
        count.tried++;
        if (detection.present === 'yes') count.found++;
        if (isWrong(detection)) count.wrong++;
      }
      const detection = await mark.detectWatermark(whole, rateHz);
      if (detection.payloadOk && !isWrong(detection)) count.read++;
      if (isWrong(detection)) count.wrong++;
    }
    wrongInAll += count.wrong;
    const line = rowOf(attack, count, marked.length);
    await print(line);
    lines.push(line);
    await report([
      ...lines,
      '',
      `${marked.length} clips of ten seconds, each also as two of five. Wrong payloads in all: ${wrongInAll}.`,
      '',
      ...MISSING.map((name) => `- not tried, ffmpeg here cannot make it: ${name}`),
      '- not tried, no package here has one: a neural codec',
    ]);
  }
}

/**
 * @param {import('./attacks.mjs').Attack} attack
 * @param {{ tried: number, found: number, read: number, wrong: number }} count
 * @param {number} clips
 */
function rowOf({ name, bar, payloadBar }, { tried, found, read, wrong }, clips) {
  /** @type {(share: number, bar: number | undefined) => string} */
  const judged = (share, least) => {
    if (least === undefined) return '';
    return `${(100 * least).toFixed(0)} % ${share >= least ? 'holds' : '**fails**'}`;
  };
  const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(1)} %`;
  const cells = [
    name,
    percent(found / tried),
    judged(found / tried, bar),
    percent(read / clips),
    judged(read / clips, payloadBar ? PAYLOAD_BAR : undefined),
    String(wrong),
  ];
  return `| ${cells.join(' | ')} |`;
}
