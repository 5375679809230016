import { RealFft } from '../engine/fft';
import { PERIOD_STEPS, PERIOD_TILES, STEPS_PER_TILE, TILE_BANDS } from './grid';
import { isSync, type Pattern } from './pattern';
import type { TileMap } from './tile-map';

export const FOLD_SIZE = TILE_BANDS * PERIOD_STEPS;
/** What a step beside the middle of a tile counts. */
export const BESIDE = 0.4;

/**
 * Adds the repeats in a map onto one period, [TILE_BANDS, PERIOD_STEPS], for tiles that were stretched by `timeScale`.
 *
 * `firstStep` is the place in the recording of the map's first step.
 */
export function foldMap(map: TileMap, firstStep: number, timeScale: number, into: Float32Array): void {
  const { steps, values } = map;
  const places = new Uint16Array(steps);
  for (let step = 0; step < steps; step++)
    places[step] = Math.round((firstStep + step) / timeScale) % PERIOD_STEPS;
  const row = new Float32Array(PERIOD_STEPS);
  for (let band = 0; band < TILE_BANDS; band++) {
    row.fill(0);
    const from = band * steps;
    for (let step = 0; step < steps; step++) row[places[step]!]! += values[from + step]!;
    const to = band * PERIOD_STEPS;
    for (let i = 0; i < PERIOD_STEPS; i++) {
      const before = row[(i + PERIOD_STEPS - 1) % PERIOD_STEPS]!;
      const after = row[(i + 1) % PERIOD_STEPS]!;
      into[to + i] = row[i]! + BESIDE * (before + after);
    }
  }
}

/** Correlates folds with the part of a pattern by which it is found, at every phase at once. */
export class Correlator {
  private readonly fft = new RealFft(PERIOD_STEPS);
  /** Spectra of the pattern's bands. */
  private readonly spectra: Float64Array[];
  private readonly row = new Float64Array(PERIOD_STEPS);
  private readonly spectrum = new Float64Array(2 * PERIOD_STEPS);
  private readonly product = new Float64Array(2 * PERIOD_STEPS);
  /** Places in a fold at phase 0, and the signs there. */
  private readonly bands: Uint16Array;
  private readonly steps: Uint16Array;
  private readonly chips: Int8Array;

  constructor({ chips, bits }: Pattern) {
    const found = Array.from(bits.keys()).filter((tile) => isSync(bits[tile]!));
    this.bands = Uint16Array.from(found, (tile) => tile % TILE_BANDS);
    this.steps = Uint16Array.from(found, (tile) => Math.floor(tile / TILE_BANDS) * STEPS_PER_TILE);
    this.chips = Int8Array.from(found, (tile) => chips[tile]!);
    this.spectra = Array.from({ length: TILE_BANDS }, (_, band) => {
      const row = new Float64Array(PERIOD_STEPS);
      for (let t = 0; t < PERIOD_TILES; t++) {
        const tile = t * TILE_BANDS + band;
        if (isSync(bits[tile]!)) row[t * STEPS_PER_TILE] = chips[tile]!;
      }
      const spectrum = new Float64Array(2 * PERIOD_STEPS);
      this.fft.forward(row, spectrum);
      return spectrum.slice(0, PERIOD_STEPS + 2);
    });
  }

  /** Fold -> correlation at every phase, [PERIOD_STEPS]. */
  correlate(fold: Float32Array, into: Float64Array): void {
    const { row, spectrum, product } = this;
    product.fill(0);
    for (let band = 0; band < TILE_BANDS; band++) {
      const from = band * PERIOD_STEPS;
      for (let i = 0; i < PERIOD_STEPS; i++) row[i] = fold[from + i]!;
      this.fft.forward(row, spectrum);
      const key = this.spectra[band]!;
      for (let i = 0; i < PERIOD_STEPS + 2; i += 2) {
        product[i]! += spectrum[i]! * key[i]! + spectrum[i + 1]! * key[i + 1]!;
        product[i + 1]! += spectrum[i + 1]! * key[i]! - spectrum[i]! * key[i + 1]!;
      }
    }
    this.fft.inverse(product, into);
  }

  /** Deviations from chance at one phase of the sum of several folds. */
  deviations(folds: readonly Float32Array[], phase: number): number {
    let sum = 0;
    let power = 0;
    for (let i = 0; i < this.chips.length; i++) {
      const at = this.bands[i]! * PERIOD_STEPS + ((this.steps[i]! + phase) % PERIOD_STEPS);
      let value = 0;
      for (const fold of folds) value += fold[at]!;
      sum += value * this.chips[i]!;
      power += value * value;
    }
    return power > 0 ? sum / Math.sqrt(power) : 0;
  }
}
