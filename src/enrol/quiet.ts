import { quantile } from '../dsp/arrays';
import { BANDS, LOG_MEL_FLOOR } from '../engine/shapes';

/** Share of the frames, the quietest in a band, in which nothing but noise is heard there. */
const NOISE_SHARE = 0.05;

/** The noise in each band [80] of the speech `logMel` [n, 80]: what it hardly ever falls below. */
export function noiseBands(logMel: Float32Array): Float32Array {
  const frames = Array.from({ length: logMel.length / BANDS }, (_, t) => t);
  return quietBands(logMel, frames, NOISE_SHARE);
}

/** What each band [80] of `logMel` [n, 80] is at its quietest: a `share` (0..1) of the frames named is no louder there. */
export function quietBands(logMel: Float32Array, frames: readonly number[], share: number): Float32Array {
  return Float32Array.from({ length: BANDS }, (_, band) => {
    const values = Float32Array.from(frames, (t) => logMel[t * BANDS + band]!);
    return quantile(values, share) ?? LOG_MEL_FLOOR;
  });
}
