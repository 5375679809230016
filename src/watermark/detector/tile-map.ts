import { CODED_BANDS, CODED_SHARES, codedStandOut } from './coded';
import { Powers } from './decibels';
import { BAND_EDGES_HZ, BAND_SHARES, FRAME_SAMPLES, MARK_RATE_HZ, TILE_BANDS } from '../grid';
import type { BendGroup } from './hypotheses';
import { SPECTRUM_SIZE } from './spectra';

/** Steps beyond the ends of a map that its filter reaches. */
export const MAP_MARGIN = 6;
/** A tile this far below the step's loudest holds nothing but rounding and coding noise. */
const TILE_RANGE_DB = 65;
/** A tile counts in full when it stands this far above the quietest twentieth of its band. */
const FLOOR_SHARE = 0.05;
const ABOVE_FLOOR_DB = 10;
const CLIP_DEVIATIONS = 1.5;
const CODED_CLIP_DEVIATIONS = 5;

type Shape = Pick<BendGroup, 'inside' | 'outside' | 'coded'>;

/**
 * How far the tiles of a stretch stand out from their neighbours, for marks whose frequencies were scaled by
 * `frequencyScale` and whose tiles are as long as the filter expects.
 */
export class TileMap {
  /** [TILE_BANDS, steps]; 0 in pauses. */
  readonly values: Float32Array;
  private readonly levels: Powers;
  private readonly levelDb: Float32Array;
  private readonly loudestDb: Float32Array;
  private readonly trust: Float32Array;
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
    this.trust = new Float32Array(TILE_BANDS * steps);
    this.centre = new Float32Array(TILE_BANDS * steps);
    this.ends = new Float32Array(TILE_BANDS * steps);
    this.below = new Float64Array(this.rows);
  }

  /** `spectra` [SPECTRUM_SIZE, steps + 2 MAP_MARGIN] -> levels of the bands. */
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
    this.judgeLevels();
  }

  /** Fills `values` from the measured levels. */
  standOut(active: Uint8Array, { inside, outside, coded }: Shape): void {
    if (coded) this.standOutCoded(active);
    else this.standOutPlain(active, inside, outside);
  }

  /**
   * Speech is smooth from step to step and from band to band, the mark is not: what counts is the level just inside a
   * tile's ends less that just outside. The weights are those of a least-squares fit to marked conversions, rounded.
   */
  private standOutPlain(active: Uint8Array, inside: number, outside: number): void {
    const { steps, rows, levelDb, values, centre, ends } = this;
    for (let band = 0; band < TILE_BANDS; band++) {
      let from = band * rows + MAP_MARGIN;
      for (let i = band * steps; i < (band + 1) * steps; i++, from++) {
        centre[i] = levelDb[from - inside]! + 0.25 * levelDb[from]! + levelDb[from + inside]!;
        ends[i] = levelDb[from - outside]! + levelDb[from + outside]!;
      }
    }
    for (let band = 0; band < TILE_BANDS; band++) {
      // At the edges of the range the outermost band stands for those beyond.
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
      // By how far the band is moved, over its mean square.
      this.weigh(band, CLIP_DEVIATIONS, (deviation) => BAND_SHARES[band]! / (deviation * deviation));
    }
  }

  private standOutCoded(active: Uint8Array): void {
    const { steps, values } = this;
    codedStandOut(this.levelDb, steps, MAP_MARGIN, values);
    for (let i = 0; i < CODED_BANDS * steps; i++) if (!active[(i % steps) + MAP_MARGIN]) values[i] = 0;
    CODED_SHARES.forEach((share, band) =>
      this.weigh(band, CODED_CLIP_DEVIATIONS, (deviation) => share / deviation),
    );
  }

  /** Clips a band's tiles, and weighs each by the band's weight and by how far it can be trusted. */
  private weigh(band: number, clipDeviations: number, weightOf: (deviation: number) => number): void {
    const { steps, values, trust } = this;
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
      values[i] = trust[i]! * scale * (value > clip ? clip : value < -clip ? -clip : value);
    }
  }

  /** How far every tile can be trusted by its level, 0..1: above its band's floor, and not far below the loudest. */
  private judgeLevels(): void {
    const { steps, rows, levelDb, loudestDb, trust } = this;
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
      for (let seen = counts[0]!; seen <= FLOOR_SHARE * steps; seen += counts[++bin]!);
      const floorDb = bin - LOWEST_BIN_DB;
      for (let step = 0; step < steps; step++) {
        const level = levelDb[from + step]!;
        const far = level < loudestDb[step + MAP_MARGIN]! - TILE_RANGE_DB;
        const above = (level - floorDb) / ABOVE_FLOOR_DB;
        trust[band * steps + step] = far || above < 0 ? 0 : above > 1 ? 1 : above;
      }
    }
  }
}

const LOWEST_BIN_DB = 128;

function decibelBin(levelDb: number): number {
  return Math.min(255, Math.max(0, (levelDb + LOWEST_BIN_DB + 0.5) | 0));
}
