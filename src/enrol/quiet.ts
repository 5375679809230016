import { quantile } from '../engine/arrays';
import { BANDS, LOG_MEL_FLOOR } from '../engine/signal';

/** What each band [80] of `logMel` [n, 80] is at its quietest: a `share` (0..1) of the frames named is no louder there. */
export function quietBands(logMel: Float32Array, frames: readonly number[], share: number): Float32Array {
  return Float32Array.from({ length: BANDS }, (_, band) => {
    const values = Float32Array.from(frames, (t) => logMel[t * BANDS + band]!);
    return quantile(values, share) ?? LOG_MEL_FLOOR;
  });
}
