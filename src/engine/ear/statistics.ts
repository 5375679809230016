import { concat, quantile } from '../../dsp/arrays';
import { FEATURES } from '../shapes';

/** Frames this far below the loud ones of the take are pauses, dB. */
const ACTIVE_DB = 35;
const LOUD_QUANTILE = 0.95;

/** Mean and standard deviation [512] of the ear's features over the active frames of a take. */
export interface EarStatistics {
  mean: Float32Array;
  deviation: Float32Array;
  activeFrames: number;
}

/** What the ear heard: `features` [n, 512] and `loudnessDb` [n]. */
export interface Heard {
  features: Float32Array;
  loudnessDb: Float32Array;
}

/** Statistics over frames less than 35 dB below the 95th percentile of loudness; equal to `statistics` of models/pipeline/ear_take.py. */
export function measureStatistics(parts: readonly Heard[]): EarStatistics {
  const loudnessDb = concat(parts.map((part) => part.loudnessDb));
  const threshold = (quantile(loudnessDb, LOUD_QUANTILE) ?? 0) - ACTIVE_DB;
  const sum = new Float64Array(FEATURES);
  const squares = new Float64Array(FEATURES);
  let frames = 0;
  for (const { features, loudnessDb: loud } of parts) {
    for (let n = 0; n < loud.length; n++) {
      if (!(loud[n]! > threshold)) continue;
      frames++;
      for (let i = 0; i < FEATURES; i++) {
        const x = features[n * FEATURES + i]!;
        sum[i]! += x;
        squares[i]! += x * x;
      }
    }
  }
  const mean = new Float32Array(FEATURES);
  const deviation = new Float32Array(FEATURES);
  if (frames < 2) return { mean, deviation, activeFrames: 0 };
  for (let i = 0; i < FEATURES; i++) {
    mean[i] = sum[i]! / frames;
    const variance = (squares[i]! - sum[i]! ** 2 / frames) / (frames - 1);
    deviation[i] = Math.sqrt(Math.max(0, variance)) + 1e-3;
  }
  return { mean, deviation, activeFrames: frames };
}
