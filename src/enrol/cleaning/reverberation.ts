import { quantile } from '../../dsp/arrays';
import type { Reverberation } from '../types';

const MAX_DECAY_FRAMES = 15;
const MIN_DECAYS = 8;
/** A decay starts less than this below the 95th percentile, and falls by at least this much. */
const START_BELOW_DB = 18;
const MIN_DECAY_DB = 12;

/**
 * Estimates the reverberation time from the ends of words (after Ratnam et al. 2003, "Blind estimation of reverberation
 * time"): the level cannot fall faster than the reverberation decays, so the 80th percentile of the slopes is used.
 */
export function estimateReverberation(loudnessDb: Float32Array): Reverberation {
  const level = quantile(loudnessDb, 0.95) ?? -80;
  const slopes: number[] = [];
  for (let t = 0; t + MAX_DECAY_FRAMES < loudnessDb.length; t++) {
    const start = loudnessDb[t]!;
    const isPeak = start > level - START_BELOW_DB && start >= (loudnessDb[t + 1] ?? start);
    if (!isPeak) continue;
    let end = t;
    while (end - t < MAX_DECAY_FRAMES && loudnessDb[end + 1]! <= loudnessDb[end]! + 0.5) end++;
    const fallDb = start - loudnessDb[end]!;
    if (fallDb >= MIN_DECAY_DB && end > t) slopes.push(fallDb / ((end - t) * 0.01));
  }
  if (slopes.length < MIN_DECAYS) return { decaySeconds: null };
  slopes.sort((a, b) => a - b);
  return { decaySeconds: 60 / slopes[Math.floor(0.8 * (slopes.length - 1))]! };
}
