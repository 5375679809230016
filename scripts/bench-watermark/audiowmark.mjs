import { spawnSync } from 'node:child_process';
import { print } from '../output.mjs';
import { attacksNamed } from './attacks.mjs';
import { RATE_HZ, wavOf } from './audio.mjs';
import { randomFrom } from './effects.mjs';

const CLIP_SECONDS = 5;
const MESSAGE_DIGITS = 32;

/**
 * The app's mark and audiowmark's (https://github.com/swesterfeld/audiowmark, as it comes: strength 10, messages of 128 bits) in
 * the same clips after the same treatments.
 *
 * The app's is found when a mark is shown at a chance of at most one in a million; audiowmark's when its message, which whoever
 * asks must know, is among those that it reads, speeds searched.
 *
 * @param {Float32Array[]} clips
 * @param {typeof import('./internals.ts')} mark
 * @param {string | undefined} only part of the names of attacks
 * @param {(lines: string[]) => Promise<void>} report is given the lines of Markdown so far after every treatment
 */
export async function besideAudiowmark(clips, mark, only, report) {
  const version = audiowmark(['--version']).toString().trim();
  const plain = clips.map((clip) => clip.subarray(0, CLIP_SECONDS * RATE_HZ));
  const messages = clips.map((_, i) => messageOf(i + 1));
  const own = plain.map((clip, i) => mark.embedWatermark(clip, { version: 2, id24: i }));
  const theirs = plain.map((clip, i) => add(clip, messages[i] ?? ''));
  const attacks = attacksNamed(only).filter(({ name }) => name !== 'marked again');
  const lines = [`| treatment | this mark | ${version} |`, '|---|---|---|'];
  await print(lines.join('\n'));
  for (const attack of attacks) {
    const rateHz = attack.rateHz ?? RATE_HZ;
    let [foundOwn, foundTheirs] = [0, 0];
    for (const [i, clip] of plain.entries()) {
      const other = plain[(i + Math.ceil(plain.length / 2)) % plain.length] ?? clip;
      const treat = (/** @type {Float32Array} */ samples) =>
        attack.run(samples, { random: randomFrom(1000 + i), other, mark });
      const { present } = await mark.detectWatermark(treat(own[i] ?? clip), rateHz);
      if (present === 'yes') foundOwn++;
      if (get(treat(theirs[i] ?? clip), rateHz).includes(messages[i] ?? '?')) foundTheirs++;
    }
    const percent = (/** @type {number} */ found) => `${((100 * found) / plain.length).toFixed(0)} %`;
    const line = `| ${attack.name} | ${percent(foundOwn)} | ${percent(foundTheirs)} |`;
    await print(line);
    lines.push(line);
    await report([...lines, '', `${plain.length} clips of ${CLIP_SECONDS} seconds.`]);
  }
}

/** @param {number} seed */
function messageOf(seed) {
  const random = randomFrom(seed);
  return Array.from({ length: MESSAGE_DIGITS }, () => Math.floor(16 * random()).toString(16)).join('');
}

/**
 * @param {Float32Array} samples mono at 24 kHz
 * @param {string} message
 */
function add(samples, message) {
  const raw = ['--output-format', 'raw', '--raw-rate', String(RATE_HZ), '--raw-channels', '1'];
  const bytes = audiowmark(['add', '-', '-', ...raw, message], wavOf(samples));
  return Float32Array.from({ length: samples.length }, (_, i) => bytes.readInt16LE(2 * i) / 32768);
}

/**
 * The messages that it reads, each with where and how surely.
 *
 * @param {Float32Array} samples
 * @param {number} rateHz
 */
function get(samples, rateHz) {
  return audiowmark(['get', '--detect-speed', '-'], wavOf(samples, rateHz)).toString();
}

/**
 * @param {string[]} args
 * @param {Buffer} [input]
 */
function audiowmark(args, input) {
  const { error, status, stdout, stderr } = spawnSync('audiowmark', args, { input, maxBuffer: 2 ** 28 });
  if (error) throw new Error(`audiowmark is not installed: ${error.message}`);
  if (status !== 0) throw new Error(`audiowmark ${args.join(' ')}: ${String(stderr)}`);
  return stdout;
}
