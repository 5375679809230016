import { BAND_SHARES, TILE_BANDS } from './tiling';

/** By how much an audible tile is raised or lowered, and one that its neighbours mask. */
const UNMASKED_DB = 4.7;
const MASKED_DB = 6.7;
/** A band masks others below its own level minus this offset and minus a slope per band of distance, towards higher and lower bands. */
const OFFSET_DB = 6;
const SLOPE_UP_DB = 6;
const SLOPE_DOWN_DB = 16;
/** The strength rises from the masking threshold to its maximum over this range below it. */
const FADE_DB = 10;

/**
 * Embedding strength in dB of every band of one frame, from the bands' levels in dB, both [TILE_BANDS].
 *
 * Simultaneous masking with triangular spreading functions in ERB bands (Zwicker & Fastl, Psychoacoustics, ch. 4; steeper
 * slopes than there, so that masking is underestimated).
 */
export function computeStrengths(levelDb: Float64Array, strengthDb: Float64Array): void {
  // Masking threshold from the lower bands, kept in `strengthDb`; then from the higher bands.
  let thresholdDb = -Infinity;
  for (let band = 0; band < TILE_BANDS; band++) {
    strengthDb[band] = thresholdDb;
    thresholdDb = Math.max(thresholdDb, levelDb[band]! - OFFSET_DB) - SLOPE_UP_DB;
  }
  thresholdDb = -Infinity;
  for (let band = TILE_BANDS - 1; band >= 0; band--) {
    const depthDb = Math.max(strengthDb[band]!, thresholdDb) - levelDb[band]!;
    const fullDb = UNMASKED_DB + (MASKED_DB - UNMASKED_DB) * Math.min(1, Math.max(0, depthDb / FADE_DB));
    strengthDb[band] = BAND_SHARES[band]! * fullDb;
    thresholdDb = Math.max(thresholdDb, levelDb[band]! - OFFSET_DB) - SLOPE_DOWN_DB;
  }
}
