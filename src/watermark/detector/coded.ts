import table from './coded-filter.json';
import { TILE_BANDS } from '../grid';

/** Speech codecs at a few kbit/s send nothing above. */
export const CODED_BANDS = table.shares.length;
/** How clearly the mark shows in each band of coded speech, [CODED_BANDS]. */
export const CODED_SHARES: readonly number[] = table.shares;
const BESIDE = 3;
const STEPS = 6;

/** One filter for some neighbouring bands. */
interface Filter {
  firstBand: number;
  endBand: number;
  /** Of the levels from BESIDE bands below to BESIDE above, and from STEPS steps before to STEPS after. */
  weights: readonly (readonly number[])[];
}

const FILTERS: readonly Filter[] = table.filters.map((weights, i) => ({
  firstBand: table.firstBands[i]!,
  endBand: table.firstBands[i + 1] ?? CODED_BANDS,
  weights,
}));

/**
 * How far tiles stand out once a speech codec such as Opus at 6 kbit/s has made the recording anew: what it keeps of a tile is
 * smeared over its neighbours and comes a little late. The weights are those of a least-squares fit to other speech, marked and
 * coded (docs/decisions/0007-watermark-2.md).
 *
 * `levelDb` [TILE_BANDS, margin + steps + margin] -> `into` [CODED_BANDS, steps].
 */
export function codedStandOut(
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
      for (let beside = -BESIDE; beside <= BESIDE; beside++) {
        const row = Math.min(TILE_BANDS - 1, Math.max(0, band + beside)) * rows + margin;
        for (let step = -STEPS; step <= STEPS; step++) {
          const weight = weights[beside + BESIDE]![step + STEPS]!;
          const from = row + step;
          for (let i = 0; i < steps; i++) into[to + i]! += weight * levelDb[from + i]!;
        }
      }
    }
  }
}
