import { RealFft } from '../../dsp/fft';
import { PERIOD_STEPS, PERIOD_TILES, STEPS_PER_TILE, TILE_BANDS } from '../tiling';
import { isSync, type Pattern } from '../pattern';
import type { TileMap } from './tile-map';

export const FOLD_SIZE = TILE_BANDS * PERIOD_STEPS;
/** Weight of the steps next to the middle of a tile, which itself has 1. */
export const NEIGHBOUR_WEIGHT = 0.4;

/**
 * Sums the periods in a map into one, [TILE_BANDS, PERIOD_STEPS], for a recording stretched to `timeScale` times its length.
 *
 * `firstStep` is the position of the map's first step in the recording.
 */
export function foldPeriods(map: TileMap, firstStep: number, timeScale: number, into: Float32Array): void {
  const { steps, values } = map;
  const phases = new Uint16Array(steps);
  for (let step = 0; step < steps; step++)
    phases[step] = Math.round((firstStep + step) / timeScale) % PERIOD_STEPS;
  const row = new Float32Array(PERIOD_STEPS);
  for (let band = 0; band < TILE_BANDS; band++) {
    row.fill(0);
    const from = band * steps;
    for (let step = 0; step < steps; step++) row[phases[step]!]! += values[from + step]!;
    const to = band * PERIOD_STEPS;
    let previous = row[PERIOD_STEPS - 1]!;
    let current = row[0]!;
    for (let i = 0; i < PERIOD_STEPS; i++) {
      const next = row[i + 1 < PERIOD_STEPS ? i + 1 : 0]!;
      into[to + i] = current + NEIGHBOUR_WEIGHT * (previous + next);
      previous = current;
      current = next;
    }
  }
}

/**
 * Correlates folded periods with the sync tiles of a pattern, at all phases by FFT.
 *
 * Each tile counts by its distance from the mean of its band: the numbers of positive and negative chips in a band differ,
 * so a band that is raised as a whole would otherwise move the correlation.
 */
export class Correlator {
  private readonly fft = new RealFft(PERIOD_STEPS);
  /** Spectra of the pattern's bands, conjugated in `correlate`. */
  private readonly spectra: Float64Array[];
  private readonly row = new Float64Array(PERIOD_STEPS);
  private readonly spectrum = new Float64Array(2 * PERIOD_STEPS);
  private readonly product = new Float64Array(2 * PERIOD_STEPS);
  private readonly values = new Float64Array(PERIOD_TILES);
  /** Per band: steps of the sync tiles in a fold at phase 0, and their chips. */
  private readonly bands: { steps: Uint16Array; chips: Int8Array; meanChip: number }[];

  constructor({ chips, bits }: Pattern) {
    this.bands = Array.from({ length: TILE_BANDS }, (_, band) => {
      const tiles = Array.from({ length: PERIOD_TILES }, (_, t) => t * TILE_BANDS + band);
      const sync = tiles.filter((tile) => isSync(bits[tile]!));
      const syncChips = Int8Array.from(sync, (tile) => chips[tile]!);
      return {
        steps: Uint16Array.from(sync, (tile) => Math.floor(tile / TILE_BANDS) * STEPS_PER_TILE),
        chips: syncChips,
        meanChip: syncChips.reduce((sum, chip) => sum + chip, 0) / Math.max(1, sync.length),
      };
    });
    this.spectra = this.bands.map(({ steps, chips: syncChips, meanChip }) => {
      const row = new Float64Array(PERIOD_STEPS);
      steps.forEach((step, i) => (row[step] = syncChips[i]! - meanChip));
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

  /** Correlation of the sum of several folds at one phase, in standard deviations under random chips. */
  deviations(folds: readonly Float32Array[], phase: number): number {
    const { values } = this;
    let correlation = 0;
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
      correlation += signed - meanChip * sum;
      power += squares - (sum * sum) / Math.max(1, steps.length);
    }
    return power > 0 ? correlation / Math.sqrt(power) : 0;
  }
}
