import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ROOT } from '../build.mjs';
import { print } from '../output.mjs';
import { RATE_HZ } from './audio.mjs';

const STATE = join(ROOT, 'node_modules/.cache/watermark-alarms.json');
const WINDOW = 5 * RATE_HZ;
/** Stretches between two saves. */
const SAVE_EVERY = 20;
/** Bins of p for the Kolmogorov-Smirnov distance. */
const BINS = 1000;
const SHARES = [0.5, 0.1, 0.01];

/**
 * @typedef {object} State
 * @property {number} stretches that were looked through
 * @property {number} windows
 * @property {number} alarms
 * @property {number} lowest corrected p
 * @property {number[]} below corrected p at most SHARES
 * @property {number[]} own counts of the p of one place alone, under the mark's key, [BINS]
 * @property {number[]} drawn the same under keys drawn at random
 * @property {Record<string, number>} kinds
 */

/**
 * Looks for the mark where there is none, in windows of 5.1 seconds, one every 2.6, of unmarked recordings, of noise and of tones.
 * Goes on where it stopped last, up to `target` windows in all; on all cores.
 *
 * @param {number} target
 * @param {string[]} folders
 * @param {typeof import('./internals.ts')} mark
 * @returns {Promise<string[]>} lines of Markdown
 */
export async function falseAlarms(target, folders, mark) {
  const state = readState();
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL('alarms-worker.mjs', import.meta.url), { workerData: { folders } }),
  );
  try {
    while (state.windows < target) {
      const first = state.stretches;
      let next = first;
      await Promise.all(
        workers.map(async (worker) => {
          while (next < first + SAVE_EVERY) await count(state, await ask(worker, next++), mark.PROVEN);
        }),
      );
      state.stretches = first + SAVE_EVERY;
      await save(state);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return report(state);
}

/**
 * @param {Worker} worker
 * @param {number} index
 * @returns {Promise<import('./stretch.mjs').Seen>}
 */
function ask(worker, index) {
  worker.postMessage(index);
  return once(worker, 'message').then(([seen]) => seen);
}

/**
 * @param {State} state
 * @param {import('./stretch.mjs').Seen} seen
 * @param {number} proven
 */
async function count(state, { kind, files, corrected, own, drawn }, proven) {
  for (const p of corrected) {
    state.windows++;
    state.lowest = Math.min(state.lowest, p);
    SHARES.forEach((share, i) => (state.below[i] = (state.below[i] ?? 0) + (p <= share ? 1 : 0)));
    if (p > proven) continue;
    state.alarms++;
    await print(`ALARM, p ${p}, in one of ${files.join(', ')}`);
  }
  state.kinds[kind] = (state.kinds[kind] ?? 0) + corrected.length;
  tally(own, state.own);
  tally(drawn, state.drawn);
}

/**
 * @param {number[]} values 0..1
 * @param {number[]} counts [BINS]
 */
function tally(values, counts) {
  for (const p of values) {
    const bin = Math.min(BINS - 1, Math.floor(p * BINS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
}

/** @returns {State} */
function readState() {
  try {
    return JSON.parse(readFileSync(STATE, 'utf8'));
  } catch {
    return {
      stretches: 0,
      windows: 0,
      alarms: 0,
      lowest: 1,
      below: SHARES.map(() => 0),
      own: new Array(BINS).fill(0),
      drawn: new Array(BINS).fill(0),
      kinds: {},
    };
  }
}

/** @param {State} state */
async function save(state) {
  mkdirSync(dirname(STATE), { recursive: true });
  writeFileSync(STATE, JSON.stringify(state));
  await print(
    `${state.windows} windows, ${state.alarms} false alarms, lowest p ${state.lowest.toExponential(1)}`,
  );
}

/**
 * @param {State} state
 * @returns {string[]}
 */
function report({ windows, alarms, lowest, below, own, drawn, kinds }) {
  const shelves = Object.entries(kinds).map(
    ([kind, each]) => `${each} of ${kind.split(/[\\/]/).filter(Boolean).at(-1)}`,
  );
  return [
    `- unmarked windows of 5.1 s, one every 2.6 s: ${windows} (${shelves.join(', ')})`,
    `- false alarms: ${alarms}; lowest corrected p: ${lowest.toExponential(1)}`,
    ...SHARES.map(
      (share, i) => `- corrected p <= ${share}: ${(((below[i] ?? 0) / windows) * 100).toFixed(2)} % of them`,
    ),
    `- p of one place alone, keys drawn at random, against uniform: ${uniformity(drawn)}`,
    `- the same with the mark's own key, one draw of all keys: ${uniformity(own)}`,
  ];
}

/**
 * Kolmogorov and Smirnov's test of counts [BINS] over 0..1.
 *
 * @param {number[]} counts
 */
function uniformity(counts) {
  const count = counts.reduce((sum, each) => sum + each, 0);
  let [running, distance] = [0, 0];
  counts.forEach((each, bin) => {
    running += each;
    distance = Math.max(distance, Math.abs(running / count - (bin + 1) / BINS));
  });
  return `Kolmogorov-Smirnov distance ${distance.toFixed(4)}, p ${kolmogorov(distance, count).toFixed(3)}, ${count} blocks`;
}

/**
 * Chance of a distance as large (Kolmogorov's series).
 *
 * @param {number} distance
 * @param {number} count
 */
function kolmogorov(distance, count) {
  const lambda = (Math.sqrt(count) + 0.12 + 0.11 / Math.sqrt(count)) * distance;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * lambda * lambda);
  return Math.min(1, Math.max(0, sum));
}

/**
 * Looks for marks with keys that are not the mark's.
 *
 * @param {number} tries
 * @param {Float32Array[]} clips
 * @param {typeof import('./internals.ts')} mark
 * @returns {Promise<string[]>} lines of Markdown
 */
export async function wrongKeys(tries, clips, mark) {
  let found = 0;
  let lowest = 1;
  for (let key = 1; key <= tries; key++) {
    const clip = clips[key % clips.length];
    if (!clip) throw new Error('There are no clips of ten seconds.');
    const marked = mark.embedWatermark(clip.subarray(0, WINDOW), { version: 2, id24: key });
    const { present, pValue } = await mark.detectWatermark(marked, RATE_HZ, {
      pattern: mark.makePattern(key),
    });
    if (present === 'yes') found++;
    lowest = Math.min(lowest, pValue);
  }
  return [
    `- wrong keys on marked clips of 5 s: ${tries} tried, ${found} found something; lowest p ${lowest.toExponential(1)}`,
  ];
}
