import { BAND_SHARES, TILE_BANDS } from './grid';

/** How far a tile that can be heard is raised or lowered, and one that its neighbours hide. */
const PLAIN_DB = 4.7;
const HIDDEN_DB = 6.7;
/** A neighbour hides what is so far below it, and that much further for every band between: more below it than above. */
const OFFSET_DB = 6;
const SLOPE_UP_DB = 6;
const SLOPE_DOWN_DB = 16;
/** From the threshold on down the strength rises, and is full that far below. */
const FADE_DB = 10;

/**
 * Strength in dB of every band of one frame, from the bands' levels in dB, both [TILE_BANDS].
 *
 * Simultaneous masking as triangles in ERB bands (Zwicker & Fastl, Psychoacoustics, ch. 4; slopes rounded up to the careful side).
 */
export function strengths(levelDb: Float64Array, strengthDb: Float64Array): void {
  // From below: what the lower bands hide; then from above.
  let hidden = -Infinity;
  for (let band = 0; band < TILE_BANDS; band++) {
    strengthDb[band] = hidden;
    hidden = Math.max(hidden, levelDb[band]! - OFFSET_DB) - SLOPE_UP_DB;
  }
  hidden = -Infinity;
  for (let band = TILE_BANDS - 1; band >= 0; band--) {
    const depth = Math.max(strengthDb[band]!, hidden) - levelDb[band]!;
    const heardDb = PLAIN_DB + (HIDDEN_DB - PLAIN_DB) * Math.min(1, Math.max(0, depth / FADE_DB));
    strengthDb[band] = BAND_SHARES[band]! * heardDb;
    hidden = Math.max(hidden, levelDb[band]! - OFFSET_DB) - SLOPE_DOWN_DB;
  }
}
