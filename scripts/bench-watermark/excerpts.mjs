import { RATE_HZ, readAudio, recordingsIn } from './audio.mjs';
import { pinkNoise, randomFrom, whiteNoise } from './effects.mjs';

const BLOCKS = 24;
/** Share of excerpts that are noise or tones. */
const SYNTHETIC_SHARE = 0.1;
const CHORD_SECONDS = 0.5;
const NONE = { warped: 0, unwarped: 0 };

/**
 * @typedef {object} ExcerptResult
 * @property {string} kind
 * @property {string[]} files
 * @property {number[]} corrected corrected p of every window
 * @property {number[]} own uncorrected p of one random phase of every block, under the mark's key
 * @property {number[]} drawn the same under a random key
 */

/**
 * Unmarked excerpts of about a minute, of recordings or of noise and tones, and the detector's search run over them: two
 * neighbouring blocks are a window, as in a file of 5 s.
 */
export class UnmarkedExcerpts {
  /**
   * @param {string[]} folders
   * @param {typeof import('./internals.ts')} mark
   */
  constructor(folders, mark) {
    this.folders = folders;
    this.recordings = folders.map(recordingsIn);
    this.mark = mark;
    this.correlator = new mark.Correlator(mark.PATTERN);
    this.samples = BLOCKS * mark.BLOCK_STEPS * mark.STEP_SAMPLES;
  }

  /**
   * @param {number} index the same index gives the same excerpt
   * @returns {ExcerptResult}
   */
  search(index) {
    const { mark } = this;
    const random = randomFrom(7 + index);
    const { kind, files, samples } =
      random() < SYNTHETIC_SHARE ? this.synthetic(random) : this.recorded(index, random);
    const spectra = new mark.Spectra(samples);
    const search = new mark.PatternSearch(mark.PATTERN);
    let perWindow = NONE;
    const corrected = [];
    const own = [];
    const drawn = [];
    let current = NONE;
    for (let block = 0; block < BLOCKS; block++) {
      const spectrumBlock = spectra.block(block * mark.BLOCK_STEPS, mark.BLOCK_STEPS, mark.MAP_MARGIN);
      const candidates = search.next(spectrumBlock);
      if (block === 0) perWindow = { ...search.tested };
      const previous = current;
      current = highestZ(candidates, 1);
      if (block > 0) {
        // Three windows: each block by itself, and both together.
        const tested = { warped: 3 * perWindow.warped, unwarped: 3 * perWindow.unwarped };
        const both = highestZ(candidates, 2);
        const p = [previous, current, both].flatMap(({ warped, unwarped }) => [
          mark.correctedPValue({ z: warped, isWarped: true }, tested),
          mark.correctedPValue({ z: unwarped, isWarped: false }, tested),
        ]);
        corrected.push(Math.min(...p));
      }
      const fold = this.foldOf(spectrumBlock);
      if (!fold) continue;
      const phase = Math.floor(random() * mark.PERIOD_STEPS);
      const other = new mark.Correlator(mark.makePattern(Math.floor(random() * 2 ** 32)));
      own.push(mark.upperTail(this.correlator.deviations([fold], phase)));
      drawn.push(mark.upperTail(other.deviations([fold], phase)));
    }
    return { kind, files, corrected, own, drawn };
  }

  /**
   * Takes the folders in turn. Concatenates random recordings of one, the first from a random start in its first half.
   *
   * @param {number} index
   * @param {() => number} random
   */
  recorded(index, random) {
    const folder = index % this.folders.length;
    const files = this.recordings[folder] ?? [];
    const samples = new Float32Array(this.samples);
    const used = [];
    for (let at = 0; at < samples.length;) {
      const file = files[Math.floor(random() * files.length)] ?? '';
      const whole = readAudio(file, this.mark.Resampler);
      const part = whole.subarray(at === 0 ? Math.floor((random() * whole.length) / 2) : 0);
      samples.set(part.subarray(0, samples.length - at), at);
      at += Math.max(1, part.length);
      used.push(file);
    }
    return { kind: this.folders[folder] ?? '', files: used, samples };
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
   * Null where less than a quarter of the steps are active.
   *
   * @param {import('../../src/watermark/detector/spectra').SpectrumBlock} block
   */
  foldOf({ spectra, active, firstStep }) {
    const { mark } = this;
    if (active.filter(Boolean).length < mark.BLOCK_STEPS / 4) return null;
    const map = new mark.TileMap(mark.BLOCK_STEPS);
    map.measure(spectra, 1);
    map.computeStatistics(active, mark.groupOf(mark.UNWARPED));
    const fold = new Float32Array(mark.FOLD_SIZE);
    mark.foldPeriods(map, firstStep, 1, fold);
    return fold;
  }
}

/**
 * Scores of the candidates in the window of `count` blocks, in standard deviations.
 *
 * @param {import('../../src/watermark/detector/search').Candidate[]} candidates
 * @param {number} count
 */
function highestZ(candidates, count) {
  const zOf = (/** @type {boolean} */ which) =>
    candidates.find(({ blocks, isWarped }) => blocks === count && isWarped === which)?.z ?? 0;
  return { warped: zOf(true), unwarped: zOf(false) };
}

/**
 * Four random tones with overtones, drawn anew every half second.
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
