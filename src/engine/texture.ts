import { LOG_PER_DB } from '../dsp/signal';
import { BANDS, FRAMES_PER_CODE, TEXTURE_GROUPS, TIMBRE_BANDS } from './shapes';

/**
 * Moves the source's texture towards the target's, in place. To each group of 16 bands of `logMel` [2 n, 80] it adds
 * `blend` (0..1) times the difference between the group's mean in `timbre` [n, 40] plus the frame's `loudnessDb` [2 n], and
 * the group's mean in `logMel`.
 */
export function blendTexture(
  logMel: Float32Array,
  loudnessDb: Float32Array,
  timbre: Float32Array,
  blend: number,
): void {
  if (blend === 0) return;
  const width = BANDS / TEXTURE_GROUPS;
  const timbreWidth = TIMBRE_BANDS / TEXTURE_GROUPS;
  for (let t = 0; t < loudnessDb.length; t++) {
    const code = Math.floor(t / FRAMES_PER_CODE);
    for (let group = 0; group < TEXTURE_GROUPS; group++) {
      const from = t * BANDS + group * width;
      const target = mean(timbre, code * TIMBRE_BANDS + group * timbreWidth, timbreWidth);
      const shift = blend * (target + LOG_PER_DB * loudnessDb[t]! - mean(logMel, from, width));
      for (let i = from; i < from + width; i++) logMel[i]! += shift;
    }
  }
}

function mean(values: Float32Array, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += values[i]!;
  return sum / count;
}
