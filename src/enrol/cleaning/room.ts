import { quantile } from '../../dsp/arrays';
import type { Room } from '../types';

const FALL_FRAMES = 15;
const MIN_FALLS = 8;
/** A fall starts near the level of speech and is followed for at least this far. */
const START_BELOW_DB = 18;
const LEAST_FALL_DB = 12;

/**
 * The decay of the room from how words end (after Ratnam et al. 2003, "Blind estimation of reverberation
 * time"): no sound can fall faster than the room lets it, so the fast falls show the room.
 */
export function estimateRoom(loudnessDb: Float32Array): Room {
  const level = quantile(loudnessDb, 0.95) ?? -80;
  const slopes: number[] = [];
  for (let t = 0; t + FALL_FRAMES < loudnessDb.length; t++) {
    const start = loudnessDb[t]!;
    const isPeak = start > level - START_BELOW_DB && start >= (loudnessDb[t + 1] ?? start);
    if (!isPeak) continue;
    let end = t;
    while (end - t < FALL_FRAMES && loudnessDb[end + 1]! <= loudnessDb[end]! + 0.5) end++;
    const fall = start - loudnessDb[end]!;
    if (fall >= LEAST_FALL_DB && end > t) slopes.push(fall / ((end - t) * 0.01));
  }
  if (slopes.length < MIN_FALLS) return { decaySeconds: null };
  slopes.sort((a, b) => a - b);
  return { decaySeconds: 60 / slopes[Math.floor(0.8 * (slopes.length - 1))]! };
}
