import { LOG_PER_DB } from '../dsp/signal';
import { BANDS, FRAMES_PER_CODE, TEXTURE_GROUPS, TIMBRE_BANDS } from './shapes';

/**
 * Moves the source's texture towards the target's, in place: each group of bands of `logMel` [2 n, 80] is shifted as a whole by
 * `share` (0..1) of what its mean, less the frame's loudness, lacks to that of the code's `timbre` [n, 40].
 */
export function blendTexture(
  logMel: Float32Array,
  loudnessDb: Float32Array,
  timbre: Float32Array,
  share: number,
): void {
  if (share === 0) return;
  const width = BANDS / TEXTURE_GROUPS;
  const timbreWidth = TIMBRE_BANDS / TEXTURE_GROUPS;
  for (let t = 0; t < loudnessDb.length; t++) {
    const code = Math.floor(t / FRAMES_PER_CODE);
    for (let group = 0; group < TEXTURE_GROUPS; group++) {
      const from = t * BANDS + group * width;
      const wanted = mean(timbre, code * TIMBRE_BANDS + group * timbreWidth, timbreWidth);
      const shift = share * (wanted + LOG_PER_DB * loudnessDb[t]! - mean(logMel, from, width));
      for (let i = from; i < from + width; i++) logMel[i]! += shift;
    }
  }
}

function mean(values: Float32Array, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += values[i]!;
  return sum / count;
}
