import { BAND_EDGES_HZ, FRAME_SAMPLES, MARK_RATE_HZ, TILE_BANDS } from './grid';
import { SPECTRUM_SIZE } from './spectra';

/** Steps beyond the ends of a map that its filter reaches. */
export const MAP_MARGIN = 6;
/** A tile this far below the step's loudest holds nothing but rounding and coding noise. */
const TILE_RANGE_DB = 65;
/** A tile counts in full when it stands this far above the quietest twentieth of its band. */
const FLOOR_SHARE = 0.05;
const ABOVE_FLOOR_DB = 10;
const CLIP_DEVIATIONS = 1.5;
const DECIBELS = 10 / Math.LN10;

/**
 * How far the tiles of a stretch stand out from their neighbours, for marks whose frequencies were scaled by
 * `frequencyScale` and whose tiles are as long as the filter expects.
 */
export class TileMap {
  /** [TILE_BANDS, steps]; 0 in pauses. */
  readonly values: Float32Array;
  private readonly levelDb: Float32Array;
  private readonly loudestDb: Float32Array;
  private readonly sorted: Float32Array;
  private readonly rows: number;

  constructor(readonly steps: number) {
    this.rows = steps + 2 * MAP_MARGIN;
    this.values = new Float32Array(TILE_BANDS * steps);
    this.levelDb = new Float32Array(TILE_BANDS * this.rows);
    this.loudestDb = new Float32Array(this.rows);
    this.sorted = new Float32Array(steps);
  }

  /** `spectra` [steps + 2 MAP_MARGIN, SPECTRUM_SIZE] -> levels of the bands. */
  measure(spectra: Float64Array, frequencyScale: number): void {
    const { rows, levelDb, loudestDb } = this;
    const edges = BAND_EDGES_HZ.map((hz) =>
      Math.min(SPECTRUM_SIZE - 1.001, (hz * frequencyScale * FRAME_SAMPLES) / MARK_RATE_HZ),
    );
    loudestDb.fill(-Infinity);
    const whole = edges.map(Math.floor);
    for (let row = 0; row < rows; row++) {
      const base = row * SPECTRUM_SIZE;
      let below = 0;
      for (let edge = 0; edge <= TILE_BANDS; edge++) {
        const at = base + whole[edge]!;
        const sum = spectra[at]! + (edges[edge]! - whole[edge]!) * (spectra[at + 1]! - spectra[at]!);
        if (edge > 0) {
          const level = DECIBELS * Math.log(sum - below + 1e-9);
          levelDb[(edge - 1) * rows + row] = level;
          if (level > loudestDb[row]!) loudestDb[row] = level;
        }
        below = sum;
      }
    }
  }

  /**
   * Fills `values` from the measured levels.
   *
   * Speech is smooth from step to step and from band to band, the mark is not: what counts is the level just inside a
   * tile's ends less that just outside. The weights are those of a least-squares fit to marked conversions, rounded.
   */
  standOut(active: Uint8Array, inside: number, outside: number): void {
    const { steps, rows, levelDb, values } = this;
    const ends = new Float32Array(TILE_BANDS * steps);
    const centre = new Float32Array(TILE_BANDS * steps);
    for (let band = 0; band < TILE_BANDS; band++) {
      for (let step = 0; step < steps; step++) {
        const i = band * rows + step + MAP_MARGIN;
        centre[band * steps + step] = levelDb[i - inside]! + 0.25 * levelDb[i]! + levelDb[i + inside]!;
        ends[band * steps + step] = levelDb[i - outside]! + levelDb[i + outside]!;
      }
    }
    for (let band = 0; band < TILE_BANDS; band++) {
      for (let step = 0; step < steps; step++) {
        const i = band * steps + step;
        if (!active[step + MAP_MARGIN]) {
          values[i] = 0;
          continue;
        }
        let value = centre[i]! - 0.75 * ends[i]!;
        for (const [away, inner, outer] of SIDES) {
          const lower = i - steps * Math.min(away, band);
          const upper = i + steps * Math.min(away, TILE_BANDS - 1 - band);
          value -= inner * (centre[lower]! + centre[upper]!) - outer * (ends[lower]! + ends[upper]!);
        }
        values[i] = value;
      }
      this.weigh(band);
    }
  }

  /** Clips, and divides by the mean square of the band, which weighs every tile by how far it can be trusted. */
  private weigh(band: number): void {
    const { steps, rows, levelDb, loudestDb, sorted } = this;
    const values = this.values.subarray(band * steps, (band + 1) * steps);
    const levels = levelDb.subarray(band * rows + MAP_MARGIN, band * rows + MAP_MARGIN + steps);
    sorted.set(levels);
    sorted.sort();
    const floor = sorted[Math.floor(FLOOR_SHARE * (steps - 1))]!;
    let power = 0;
    let count = 0;
    let mean = 0;
    for (let step = 0; step < steps; step++) {
      if (values[step] === 0) continue;
      mean += values[step]!;
      power += values[step]! ** 2;
      count++;
    }
    if (count === 0) return;
    mean /= count;
    const deviation = Math.sqrt(power / count - mean * mean) + 1e-9;
    for (let step = 0; step < steps; step++) {
      if (values[step] === 0) continue;
      const level = levels[step]!;
      const trust =
        level < loudestDb[step + MAP_MARGIN]! - TILE_RANGE_DB
          ? 0
          : Math.min(1, Math.max(0, (level - floor) / ABOVE_FLOOR_DB));
      const value = (values[step]! - mean) / deviation;
      values[step] = (trust * Math.min(CLIP_DEVIATIONS, Math.max(-CLIP_DEVIATIONS, value))) / deviation;
    }
  }
}

/** Bands away, and what their inside and outside count. */
const SIDES = [
  [1, 0.1, 0.1],
  [2, 0.25, 0.13],
] as const;
