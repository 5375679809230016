import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../build.mjs';
import { RATE_HZ, readAudio, recordingsIn } from './audio.mjs';
import { pinkNoise, randomFrom, whiteNoise } from './effects.mjs';

const STATE = join(ROOT, 'node_modules/.cache/watermark-alarms.json');
const WINDOW = 5 * RATE_HZ;
const SAVE_EVERY = 100;
/** Bins of p for the Kolmogorov-Smirnov distance. */
const BINS = 1000;
const SHARES = [0.5, 0.1, 0.01];

/**
 * @typedef {object} State
 * @property {number} windows
 * @property {number} alarms
 * @property {number} lowest corrected p
 * @property {number[]} below corrected p at most SHARES
 * @property {number[]} single counts of the p of one place alone, [BINS]
 * @property {Record<string, number>} kinds
 */

/**
 * Looks for the mark where there is none, in windows of five seconds drawn from unmarked recordings, from noise and
 * from tones. Goes on where it stopped last, up to `target` windows in all.
 *
 * @param {number} target
 * @param {string[]} folders
 * @param {typeof import('./internals.ts')} mark
 * @returns {Promise<string[]>} lines of Markdown
 */
export async function falseAlarms(target, folders, mark) {
  const shelves = folders.map(recordingsIn);
  const state = readState();
  const correlator = new mark.Correlator(mark.PATTERN);
  /** @type {{ file: string, samples: Float32Array } | undefined} */
  let open;
  while (state.windows < target) {
    const random = randomFrom(7 + state.windows);
    let kind = 'noise and tones';
    let samples = synthetic(random);
    if (random() < 0.9) {
      // A file gives some windows before the next one is opened, and every folder has its turn.
      const turn = Math.floor(state.windows / 10);
      const files = shelves[turn % shelves.length] ?? [];
      const file = files[Math.floor(randomFrom(turn)() * files.length)] ?? '';
      if (open?.file !== file) open = { file, samples: readAudio(file, mark.Resampler) };
      kind = folders.find((folder) => file.startsWith(folder)) ?? kind;
      const start = Math.floor(random() * Math.max(1, open.samples.length - WINDOW));
      samples = open.samples.slice(start, start + WINDOW);
      if (samples.length < RATE_HZ) samples = synthetic(random);
    }
    const { present, pValue } = await mark.detectWatermark(samples, RATE_HZ);
    state.windows++;
    state.kinds[kind] = (state.kinds[kind] ?? 0) + 1;
    if (present === 'yes') {
      state.alarms++;
      console.log(`ALARM in ${open?.file}, p ${pValue}`);
    }
    state.lowest = Math.min(state.lowest, pValue);
    SHARES.forEach((share, i) => (state.below[i] = (state.below[i] ?? 0) + (pValue <= share ? 1 : 0)));
    const p = singleP(samples, Math.floor(random() * 128), correlator, mark);
    if (p !== null) {
      const bin = Math.min(BINS - 1, Math.floor(p * BINS));
      state.single[bin] = (state.single[bin] ?? 0) + 1;
    }
    if (state.windows % SAVE_EVERY === 0 || state.windows === target) save(state);
  }
  return report(state);
}

/**
 * The p of one place alone, which no try corrects: it must be uniform.
 *
 * @param {Float32Array} samples
 * @param {number} phase
 * @param {import('../../src/watermark/fold').Correlator} correlator
 * @param {typeof import('./internals.ts')} mark
 */
function singleP(samples, phase, correlator, mark) {
  const { spectra, active } = new mark.Spectra(samples).block(0, mark.BLOCK_STEPS, mark.MAP_MARGIN);
  if (active.filter(Boolean).length < mark.BLOCK_STEPS / 4) return null;
  const map = new mark.TileMap(mark.BLOCK_STEPS);
  map.measure(spectra, 1);
  map.standOut(active, 1, 3);
  const fold = new Float32Array(mark.FOLD_SIZE);
  mark.foldMap(map, 0, 1, fold);
  return mark.upperTail(correlator.deviations([fold], phase));
}

/** @param {() => number} random */
function synthetic(random) {
  if (random() < 0.3) return whiteNoise(WINDOW, random).map((x) => 0.1 * x);
  if (random() < 0.4) return pinkNoise(WINDOW, random).map((x) => 0.02 * x);
  // Chords of four tones with overtones, a new one every half second.
  const samples = new Float32Array(WINDOW);
  for (let start = 0; start < WINDOW; start += RATE_HZ / 2) {
    for (let tone = 0; tone < 4; tone++) {
      const hz = 110 * 2 ** (Math.floor(36 * random()) / 12);
      for (let i = 0; i < RATE_HZ / 2; i++) {
        const t = i / RATE_HZ;
        for (let k = 1; k <= 6; k++)
          samples[start + i] =
            (samples[start + i] ?? 0) + (0.05 / k) * Math.exp(-3 * t) * Math.sin(2 * Math.PI * k * hz * t);
      }
    }
  }
  return samples;
}

/** @returns {State} */
function readState() {
  try {
    return JSON.parse(readFileSync(STATE, 'utf8'));
  } catch {
    return {
      windows: 0,
      alarms: 0,
      lowest: 1,
      below: SHARES.map(() => 0),
      single: new Array(BINS).fill(0),
      kinds: {},
    };
  }
}

/** @param {State} state */
function save(state) {
  mkdirSync(dirname(STATE), { recursive: true });
  writeFileSync(STATE, JSON.stringify(state));
  console.log(
    `${state.windows} windows, ${state.alarms} false alarms, lowest p ${state.lowest.toExponential(1)}`,
  );
}

/**
 * @param {State} state
 * @returns {string[]}
 */
function report({ windows, alarms, lowest, below, single, kinds }) {
  const count = single.reduce((sum, each) => sum + each, 0);
  let [running, distance] = [0, 0];
  single.forEach((each, bin) => {
    running += each;
    distance = Math.max(distance, Math.abs(running / count - (bin + 1) / BINS));
  });
  return [
    `- unmarked windows of 5 s: ${windows} (${Object.entries(kinds)
      .map(([kind, each]) => `${each} of ${kind.split(/[\\/]/).filter(Boolean).at(-1)}`)
      .join(', ')})`,
    `- false alarms: ${alarms}; lowest corrected p: ${lowest.toExponential(1)}`,
    ...SHARES.map(
      (share, i) => `- corrected p <= ${share}: ${(((below[i] ?? 0) / windows) * 100).toFixed(2)} % of them`,
    ),
    `- p of one place alone against uniform (Kolmogorov-Smirnov): distance ${distance.toFixed(4)}, p ${kolmogorov(distance, count).toFixed(3)}, ${count} windows`,
  ];
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
