import { CODED_BITS } from './code';
import { PERIOD_FRAMES, TILE_BANDS } from './grid';
import { isSync, type Pattern } from './pattern';
import type { Tiles } from './tiles';

export interface Found {
  /** Deviations from chance. */
  z: number;
  /** Soft signs of the coded bits. */
  soft: Float64Array;
}

/**
 * Looks for the pattern at every phase in frames `from` to `to`; the best.
 *
 * All repeats are folded onto one period first. A sum of numbers with random signs is at most z of its deviations
 * with a chance of exp(-z^2 / 2) (Hoeffding 1963, theorem 2): the signs are the key's, so this holds whatever was
 * recorded.
 */
export function findPattern(tiles: Tiles, from: number, to: number, { chips, bits }: Pattern): Found {
  const folded = new Float64Array(PERIOD_FRAMES * TILE_BANDS);
  for (let t = from; t < to; t++) {
    if (!tiles.active[t]) continue;
    const row = (t % PERIOD_FRAMES) * TILE_BANDS;
    for (let band = 0; band < TILE_BANDS; band++)
      folded[row + band]! += tiles.residual[t * TILE_BANDS + band]!;
  }
  const size = folded.length;
  let best = { z: -Infinity, shift: 0 };
  for (let phase = 0; phase < PERIOD_FRAMES; phase++) {
    const shift = phase * TILE_BANDS;
    let sum = 0;
    let power = 0;
    for (let tile = 0; tile < size; tile++) {
      if (!isSync(bits[tile]!)) continue;
      const value = folded[(tile + shift) % size]!;
      sum += value * chips[tile]!;
      power += value * value;
    }
    const z = power > 0 ? sum / Math.sqrt(power) : 0;
    if (z > best.z) best = { z, shift };
  }
  const soft = new Float64Array(CODED_BITS);
  for (let tile = 0; tile < size; tile++) {
    const bit = bits[tile]!;
    if (!isSync(bit)) soft[bit]! += folded[(tile + best.shift) % size]! * chips[tile]!;
  }
  return { z: best.z, soft };
}

/** Chance, at most, of a finding as good in `tries` places together. */
export function chanceOf(z: number, tries: number): number {
  return Math.min(1, tries * Math.exp(-(Math.max(0, z) ** 2) / 2));
}
