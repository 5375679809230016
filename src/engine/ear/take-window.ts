import { resample } from '../../dsp/resample';
import { ANALYSIS_RATE_HZ } from '../../dsp/signal';
import { CODES_PER_SECOND } from '../shapes';
import type { EarWindow } from './plan';

/** Resampled on both sides of a window, which is more than the resampler's kernel reaches. */
const MARGIN_SECONDS = 1;

export interface TakeSamples {
  /** Mono. */
  samples: Float32Array;
  sampleRateHz: number;
}

/** Number of samples of a take at 16 kHz. */
export function analysisLength({ samples, sampleRateHz }: TakeSamples): number {
  return Math.ceil((samples.length * ANALYSIS_RATE_HZ) / sampleRateHz);
}

/** Number of codes of a take, the last of which may reach beyond its end. */
export function codesOf(take: TakeSamples): number {
  return Math.ceil(analysisLength(take) / (ANALYSIS_RATE_HZ / CODES_PER_SECOND));
}

/**
 * The samples of a window of a take at `rateHz`, from `before` samples before its first code to `beyond` after its last one. Outside
 * of the take there is silence.
 */
export function windowSamples(
  { samples, sampleRateHz }: TakeSamples,
  { first, end }: EarWindow,
  rateHz: number,
  before: number,
  beyond: number,
): Float32Array {
  const perCode = rateHz / CODES_PER_SECOND;
  const startSecond = Math.max(0, first / CODES_PER_SECOND - MARGIN_SECONDS);
  const endSecond = Math.ceil(end / CODES_PER_SECOND) + MARGIN_SECONDS;
  const around = samples.subarray(startSecond * sampleRateHz, endSecond * sampleRateHz);
  const resampled = resample(around, sampleRateHz, rateHz);
  const from = first * perCode - before - startSecond * rateHz;
  const output = new Float32Array((end - first) * perCode + before + beyond);
  output.set(resampled.subarray(Math.max(0, from), from + output.length), Math.max(0, -from));
  return output;
}
