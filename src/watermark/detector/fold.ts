import { RealFft } from '../../dsp/fft';
import { PERIOD_STEPS, PERIOD_TILES, STEPS_PER_TILE, TILE_BANDS } from '../grid';
import { isSync, type Pattern } from '../pattern';
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
    let before = row[PERIOD_STEPS - 1]!;
    let here = row[0]!;
    for (let i = 0; i < PERIOD_STEPS; i++) {
      const after = row[i + 1 < PERIOD_STEPS ? i + 1 : 0]!;
      into[to + i] = here + BESIDE * (before + after);
      before = here;
      here = after;
    }
  }
}

/**
 * Correlates folds with the part of a pattern by which it is found, at every phase at once.
 *
 * What counts of a tile is how far it is from the mean of its band's: a band that is raised as a whole says nothing,
 * though its signs are not as many up as down.
 */
export class Correlator {
  private readonly fft = new RealFft(PERIOD_STEPS);
  /** Spectra of the pattern's bands. */
  private readonly spectra: Float64Array[];
  private readonly row = new Float64Array(PERIOD_STEPS);
  private readonly spectrum = new Float64Array(2 * PERIOD_STEPS);
  private readonly product = new Float64Array(2 * PERIOD_STEPS);
  private readonly values = new Float64Array(PERIOD_TILES);
  /** Of each band, steps in a fold at phase 0 and the signs there. */
  private readonly bands: { steps: Uint16Array; chips: Int8Array; meanChip: number }[];

  constructor({ chips, bits }: Pattern) {
    this.bands = Array.from({ length: TILE_BANDS }, (_, band) => {
      const tiles = Array.from({ length: PERIOD_TILES }, (_, t) => t * TILE_BANDS + band);
      const found = tiles.filter((tile) => isSync(bits[tile]!));
      const signs = Int8Array.from(found, (tile) => chips[tile]!);
      return {
        steps: Uint16Array.from(found, (tile) => Math.floor(tile / TILE_BANDS) * STEPS_PER_TILE),
        chips: signs,
        meanChip: signs.reduce((sum, sign) => sum + sign, 0) / Math.max(1, found.length),
      };
    });
    this.spectra = this.bands.map(({ steps, chips: signs, meanChip }) => {
      const row = new Float64Array(PERIOD_STEPS);
      steps.forEach((step, i) => (row[step] = signs[i]! - meanChip));
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
    const { values } = this;
    let above = 0;
    let power = 0;
    for (let band = 0; band < TILE_BANDS; band++) {
      const { steps, chips, meanChip } = this.bands[band]!;
      const from = band * PERIOD_STEPS;
      values.fill(0);
      for (const fold of folds) {
        for (let i = 0; i < steps.length; i++)
          values[i]! += fold[from + ((steps[i]! + phase) % PERIOD_STEPS)]!;
      }
      let sum = 0;
      let squares = 0;
      let signed = 0;
      for (let i = 0; i < steps.length; i++) {
        const value = values[i]!;
        sum += value;
        squares += value * value;
        signed += value * chips[i]!;
      }
      above += signed - meanChip * sum;
      power += squares - (sum * sum) / Math.max(1, steps.length);
    }
    return power > 0 ? above / Math.sqrt(power) : 0;
  }
}
