import { quantile } from '../dsp/arrays';
import { BANDS, LOG_MEL_FLOOR } from '../engine/shapes';

/** Quantile of a band's frames that is taken for its noise level. */
const NOISE_QUANTILE = 0.05;

/** The noise level of each band [80] of speech, `logMel` [n, 80]: the 5th percentile of its frames. */
export function noiseBands(logMel: Float32Array): Float32Array {
  const frames = Array.from({ length: logMel.length / BANDS }, (_, t) => t);
  return quietBands(logMel, frames, NOISE_QUANTILE);
}

/** The `share` quantile (0..1) of each band [80] of `logMel` [n, 80] over the given frames; LOG_MEL_FLOOR without frames. */
export function quietBands(logMel: Float32Array, frames: readonly number[], share: number): Float32Array {
  return Float32Array.from({ length: BANDS }, (_, band) => {
    const values = Float32Array.from(frames, (t) => logMel[t * BANDS + band]!);
    return quantile(values, share) ?? LOG_MEL_FLOOR;
  });
}
