import { TRANSCODED_BANDS, TRANSCODED_WEIGHTS, filterTranscoded } from './transcoded';
import { Powers } from './decibels';
import { BAND_EDGES_HZ, BAND_SHARES, FRAME_SAMPLES, MARK_RATE_HZ, TILE_BANDS } from '../tiling';
import type { WarpGroup } from './warps';
import { SPECTRUM_SIZE } from './spectra';

/** Steps beyond the ends of a map that its filters reach. */
export const MAP_MARGIN = 6;
/** A tile this far below the loudest of its step holds only rounding and coding noise: its reliability is 0. */
const TILE_RANGE_DB = 65;
/** Reliability rises from 0 at the noise floor of a band, the 5th percentile of its levels, to 1 at 10 dB above. */
const FLOOR_SHARE = 0.05;
const ABOVE_FLOOR_DB = 10;
/** Statistics are clipped at so many standard deviations of their band. */
const CLIP_DEVIATIONS = 1.5;
const TRANSCODED_CLIP_DEVIATIONS = 5;

type TileShape = Pick<WarpGroup, 'inside' | 'outside' | 'isTranscoded'>;

/** The detection statistic of every band and step of a stretch of a recording, under one frequency scale and tile shape. */
export class TileMap {
  /** The statistic, [TILE_BANDS, steps]: level of a tile against its neighbours, weighted; 0 in pauses. */
  readonly values: Float32Array;
  private readonly levels: Powers;
  private readonly levelDb: Float32Array;
  private readonly loudestDb: Float32Array;
  private readonly reliability: Float32Array;
  private readonly centre: Float32Array;
  private readonly ends: Float32Array;
  private readonly below: Float64Array;
  private readonly rows: number;

  constructor(readonly steps: number) {
    this.rows = steps + 2 * MAP_MARGIN;
    this.values = new Float32Array(TILE_BANDS * steps);
    this.levels = new Powers(TILE_BANDS * this.rows);
    this.levelDb = this.levels.values;
    this.loudestDb = new Float32Array(this.rows);
    this.reliability = new Float32Array(TILE_BANDS * steps);
    this.centre = new Float32Array(TILE_BANDS * steps);
    this.ends = new Float32Array(TILE_BANDS * steps);
    this.below = new Float64Array(this.rows);
  }

  /** `spectra` [SPECTRUM_SIZE, steps + 2 MAP_MARGIN] -> band levels in dB, for bands shifted by `frequencyScale`. */
  measure(spectra: Float64Array, frequencyScale: number): void {
    const { rows, levelDb, below } = this;
    for (let edge = 0; edge <= TILE_BANDS; edge++) {
      const bin = (BAND_EDGES_HZ[edge]! * frequencyScale * FRAME_SAMPLES) / MARK_RATE_HZ;
      const at = Math.min(SPECTRUM_SIZE - 1.001, bin);
      const share = at - Math.floor(at);
      const from = Math.floor(at) * rows;
      const to = (edge - 1) * rows;
      for (let row = 0; row < rows; row++) {
        const lower = spectra[from + row]!;
        const sum = lower + share * (spectra[from + rows + row]! - lower);
        if (edge > 0) levelDb[to + row] = sum - below[row]! + 1e-9;
        below[row] = sum;
      }
    }
    this.levels.toDecibels();
    this.measureReliability();
  }

  /** Fills `values` from the measured levels. */
  computeStatistics(active: Uint8Array, { inside, outside, isTranscoded }: TileShape): void {
    if (isTranscoded) this.filterTranscodedLevels(active);
    else this.filterLevels(active, inside, outside);
  }

  /**
   * Level just inside a tile's ends minus that just outside, minus the same of neighbouring bands: speech is smooth from step
   * to step and from band to band, the mark is not. The weights are a least-squares fit to marked conversions, rounded.
   */
  private filterLevels(active: Uint8Array, inside: number, outside: number): void {
    const { steps, rows, levelDb, values, centre, ends } = this;
    for (let band = 0; band < TILE_BANDS; band++) {
      let from = band * rows + MAP_MARGIN;
      for (let i = band * steps; i < (band + 1) * steps; i++, from++) {
        centre[i] = levelDb[from - inside]! + 0.25 * levelDb[from]! + levelDb[from + inside]!;
        ends[i] = levelDb[from - outside]! + levelDb[from + outside]!;
      }
    }
    for (let band = 0; band < TILE_BANDS; band++) {
      // At the edges of the range the outermost band is repeated.
      const below = steps * Math.min(1, band);
      const farBelow = steps * Math.min(2, band);
      const above = steps * Math.min(1, TILE_BANDS - 1 - band);
      const farAbove = steps * Math.min(2, TILE_BANDS - 1 - band);
      for (let step = 0, i = band * steps; step < steps; step++, i++) {
        values[i] = !active[step + MAP_MARGIN]
          ? 0
          : centre[i]! -
            0.75 * ends[i]! -
            0.1 * (centre[i - below]! + centre[i + above]! - ends[i - below]! - ends[i + above]!) -
            0.25 * (centre[i - farBelow]! + centre[i + farAbove]!) +
            0.13 * (ends[i - farBelow]! + ends[i + farAbove]!);
      }
      // Matched filter: the mark's amplitude in the band over the variance.
      this.weigh(band, CLIP_DEVIATIONS, (deviation) => BAND_SHARES[band]! / (deviation * deviation));
    }
  }

  private filterTranscodedLevels(active: Uint8Array): void {
    const { steps, values } = this;
    filterTranscoded(this.levelDb, steps, MAP_MARGIN, values);
    for (let i = 0; i < TRANSCODED_BANDS * steps; i++) if (!active[(i % steps) + MAP_MARGIN]) values[i] = 0;
    TRANSCODED_WEIGHTS.forEach((share, band) =>
      this.weigh(band, TRANSCODED_CLIP_DEVIATIONS, (deviation) => share / deviation),
    );
  }

  /** Removes a band's mean, clips it, and multiplies by the band's weight and each tile's reliability. */
  private weigh(band: number, clipDeviations: number, weightOf: (deviation: number) => number): void {
    const { steps, values, reliability } = this;
    const from = band * steps;
    let power = 0;
    let count = 0;
    let mean = 0;
    for (let i = from; i < from + steps; i++) {
      const value = values[i]!;
      if (value === 0) continue;
      mean += value;
      power += value * value;
      count++;
    }
    if (count === 0) return;
    mean /= count;
    const deviation = Math.sqrt(Math.max(0, power / count - mean * mean)) + 1e-9;
    const clip = clipDeviations * deviation;
    const scale = weightOf(deviation);
    for (let i = from; i < from + steps; i++) {
      if (values[i] === 0) continue;
      const value = values[i]! - mean;
      values[i] = reliability[i]! * scale * (value > clip ? clip : value < -clip ? -clip : value);
    }
  }

  /** Reliability of every tile by its level, 0..1: 0 below its band's noise floor or far below the loudest of its step. */
  private measureReliability(): void {
    const { steps, rows, levelDb, loudestDb, reliability } = this;
    const counts = new Uint32Array(256);
    loudestDb.fill(-Infinity);
    for (let band = 0, i = 0; band < TILE_BANDS; band++) {
      for (let row = 0; row < rows; row++, i++)
        if (levelDb[i]! > loudestDb[row]!) loudestDb[row] = levelDb[i]!;
    }
    for (let band = 0; band < TILE_BANDS; band++) {
      const from = band * rows + MAP_MARGIN;
      counts.fill(0);
      for (let i = from; i < from + steps; i++) counts[decibelBin(levelDb[i]!)]!++;
      let bin = 0;
      for (let below = counts[0]!; below <= FLOOR_SHARE * steps; below += counts[++bin]!);
      const floorDb = bin - LOWEST_BIN_DB;
      for (let step = 0; step < steps; step++) {
        const level = levelDb[from + step]!;
        const isTooQuiet = level < loudestDb[step + MAP_MARGIN]! - TILE_RANGE_DB;
        const above = (level - floorDb) / ABOVE_FLOOR_DB;
        reliability[band * steps + step] = isTooQuiet || above < 0 ? 0 : above > 1 ? 1 : above;
      }
    }
  }
}

const LOWEST_BIN_DB = 128;

function decibelBin(levelDb: number): number {
  return Math.min(255, Math.max(0, (levelDb + LOWEST_BIN_DB + 0.5) | 0));
}
