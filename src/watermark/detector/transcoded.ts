import table from './transcoded-filter.json';
import { TILE_BANDS } from '../tiling';

/** Bands that speech codecs at a few kbit/s transmit: up to about 4 kHz. */
export const TRANSCODED_BANDS = table.shares.length;
/** Weight of each band in the detection statistic of transcoded speech, [TRANSCODED_BANDS]. */
export const TRANSCODED_WEIGHTS: readonly number[] = table.shares;
/** Reach of the filters to either side, in bands and in steps. */
const REACH_BANDS = 3;
const REACH_STEPS = 6;

/** The filter of the bands from `firstBand` up to and without `endBand`. */
interface Filter {
  firstBand: number;
  endBand: number;
  /** [2 REACH_BANDS + 1, 2 REACH_STEPS + 1] around the tile. */
  weights: readonly (readonly number[])[];
}

const FILTERS: readonly Filter[] = table.filters.map((weights, i) => ({
  firstBand: table.firstBands[i]!,
  endBand: table.firstBands[i + 1] ?? TRANSCODED_BANDS,
  weights,
}));

/**
 * Statistic of each tile after a speech codec at a few kbit/s, such as Opus at 6. Such a codec smears a tile over its
 * neighbours and delays it by about 5 ms. The weights are a least-squares fit to other speech, marked and coded
 * (docs/decisions/0007-watermark-2.md).
 *
 * `levelDb` [TILE_BANDS, margin + steps + margin] -> `into` [TRANSCODED_BANDS, steps].
 */
export function filterTranscoded(
  levelDb: Float32Array,
  steps: number,
  margin: number,
  into: Float32Array,
): void {
  const rows = steps + 2 * margin;
  into.fill(0);
  for (const { firstBand, endBand, weights } of FILTERS) {
    for (let band = firstBand; band < endBand; band++) {
      const to = band * steps;
      for (let offset = -REACH_BANDS; offset <= REACH_BANDS; offset++) {
        const row = Math.min(TILE_BANDS - 1, Math.max(0, band + offset)) * rows + margin;
        for (let step = -REACH_STEPS; step <= REACH_STEPS; step++) {
          const weight = weights[offset + REACH_BANDS]![step + REACH_STEPS]!;
          const from = row + step;
          for (let i = 0; i < steps; i++) into[to + i]! += weight * levelDb[from + i]!;
        }
      }
    }
  }
}
