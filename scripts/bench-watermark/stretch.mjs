import { RATE_HZ, readAudio, recordingsIn } from './audio.mjs';
import { pinkNoise, randomFrom, whiteNoise } from './effects.mjs';

const BLOCKS = 24;
/** Stretches of noise and of tones among all. */
const SYNTHETIC_SHARE = 0.1;
const CHORD_SECONDS = 0.5;
const NOTHING = { bent: 0, unbent: 0 };

/**
 * What a stretch showed: of every window of it the corrected p, of every block the p of one place alone, which no try
 * corrects, under the mark's own key and under one drawn at random.
 *
 * @typedef {object} Seen
 * @property {string} kind
 * @property {string[]} files
 * @property {number[]} corrected
 * @property {number[]} own
 * @property {number[]} drawn
 */

/**
 * Stretches of a minute without a mark, recordings one after another or noise and tones, and the detector's search run over
 * them: two neighbouring blocks are a window, as in a file of five seconds.
 */
export class Stretches {
  /**
   * @param {string[]} folders
   * @param {typeof import('./internals.ts')} mark
   */
  constructor(folders, mark) {
    this.folders = folders;
    this.shelves = folders.map(recordingsIn);
    this.mark = mark;
    this.correlator = new mark.Correlator(mark.PATTERN);
    this.samples = BLOCKS * mark.BLOCK_STEPS * mark.STEP_SAMPLES;
  }

  /**
   * @param {number} index the same stretch every time
   * @returns {Seen}
   */
  look(index) {
    const { mark } = this;
    const random = randomFrom(7 + index);
    const { kind, files, samples } =
      random() < SYNTHETIC_SHARE ? this.synthetic(random) : this.recorded(index, random);
    const spectra = new mark.Spectra(samples);
    const search = new mark.PatternSearch(mark.PATTERN);
    let places = NOTHING;
    const corrected = [];
    const own = [];
    const drawn = [];
    let alone = NOTHING;
    for (let block = 0; block < BLOCKS; block++) {
      const seen = spectra.block(block * mark.BLOCK_STEPS, mark.BLOCK_STEPS, mark.MAP_MARGIN);
      const findings = search.next(seen);
      if (block === 0) places = { ...search.tried };
      const before = alone;
      alone = surest(findings, 1);
      if (block > 0) {
        // Each block by itself, and both together.
        const tries = { bent: 3 * places.bent, unbent: 3 * places.unbent };
        const both = surest(findings, 2);
        const p = [before, alone, both].flatMap(({ bent, unbent }) => [
          mark.chanceOfFinding({ z: bent, bent: true }, tries),
          mark.chanceOfFinding({ z: unbent, bent: false }, tries),
        ]);
        corrected.push(Math.min(...p));
      }
      const fold = this.foldOf(seen);
      if (!fold) continue;
      const phase = Math.floor(random() * mark.PERIOD_STEPS);
      const other = new mark.Correlator(mark.makePattern(Math.floor(random() * 2 ** 32)));
      own.push(mark.upperTail(this.correlator.deviations([fold], phase)));
      drawn.push(mark.upperTail(other.deviations([fold], phase)));
    }
    return { kind, files, corrected, own, drawn };
  }

  /**
   * Every folder has its turn; recordings follow one another until the stretch is full, the first from anywhere in it.
   *
   * @param {number} index
   * @param {() => number} random
   */
  recorded(index, random) {
    const shelf = index % this.shelves.length;
    const files = this.shelves[shelf] ?? [];
    const samples = new Float32Array(this.samples);
    const heard = [];
    for (let at = 0; at < samples.length;) {
      const file = files[Math.floor(random() * files.length)] ?? '';
      const whole = readAudio(file, this.mark.Resampler);
      const part = whole.subarray(at === 0 ? Math.floor((random() * whole.length) / 2) : 0);
      samples.set(part.subarray(0, samples.length - at), at);
      at += Math.max(1, part.length);
      heard.push(file);
    }
    return { kind: this.folders[shelf] ?? '', files: heard, samples };
  }

  /** @param {() => number} random */
  synthetic(random) {
    const kind = 'noise and tones';
    if (random() < 0.3)
      return { kind, files: [], samples: whiteNoise(this.samples, random).map((x) => 0.1 * x) };
    if (random() < 0.4)
      return { kind, files: [], samples: pinkNoise(this.samples, random).map((x) => 0.02 * x) };
    return { kind, files: [], samples: chords(this.samples, random) };
  }

  /**
   * Null where there is hardly a sound.
   *
   * @param {import('../../src/watermark/detector/spectra').SpectrumBlock} block
   */
  foldOf({ spectra, active, firstStep }) {
    const { mark } = this;
    if (active.filter(Boolean).length < mark.BLOCK_STEPS / 4) return null;
    const map = new mark.TileMap(mark.BLOCK_STEPS);
    map.measure(spectra, 1);
    map.standOut(active, mark.groupOf(mark.UNBENT));
    const fold = new Float32Array(mark.FOLD_SIZE);
    mark.foldMap(map, firstStep, 1, fold);
    return fold;
  }
}

/**
 * Deviations from chance of the windows of so many blocks.
 *
 * @param {import('../../src/watermark/detector/search').Finding[]} findings
 * @param {number} count
 */
function surest(findings, count) {
  const of = (/** @type {boolean} */ which) =>
    findings.find(({ blocks, bent }) => blocks === count && bent === which)?.z ?? 0;
  return { bent: of(true), unbent: of(false) };
}

/**
 * Four tones with overtones, new ones every half second.
 *
 * @param {number} count
 * @param {() => number} random
 */
function chords(count, random) {
  const samples = new Float32Array(count);
  const length = CHORD_SECONDS * RATE_HZ;
  for (let start = 0; start < count; start += length) {
    for (let tone = 0; tone < 4; tone++) {
      const hz = 110 * 2 ** (Math.floor(36 * random()) / 12);
      for (let i = 0; i < length && start + i < count; i++) {
        const t = i / RATE_HZ;
        for (let k = 1; k <= 6; k++)
          samples[start + i] =
            (samples[start + i] ?? 0) + (0.05 / k) * Math.exp(-3 * t) * Math.sin(2 * Math.PI * k * hz * t);
      }
    }
  }
  return samples;
}
