import { concat, quantile } from '../../dsp/arrays';
import { Resampler } from '../../dsp/resample';
import { ANALYSIS_HOP, ANALYSIS_RATE_HZ } from '../../dsp/signal';
import { nextTask } from '../../dsp/task';
import { throwIfCancelled } from '../errors';
import { conditionFeatures, type ConditionFeatures } from './condition-features';
import { ConditionMeter } from './condition-frames';
import { confidences, type Confidences } from './conditions';
import { Frontend } from './frontend';

/** Of a longer take, six stretches of five seconds spread over it are judged. */
const STRETCHES = 6;
const STRETCH_SECONDS = 5;
/** Half width of the resampling kernel: the features do not use the top 10 % of the band. */
const HALF_WIDTH = 8;
/** Level (dBFS) to which the 95th percentile of the frames is brought, so that faint recordings are above the floor of `logMel`. */
const LEVEL_DB = -20;
const MAX_GAIN_DB = 60;
const CHUNK_SECONDS = 2;

/**
 * The judgement of a take, mono at 8 to 192 kHz; null where there is too little speech. Computes two seconds of sound at a time
 * between tasks of the page. Rejects with `input-rate`, `cancelled`.
 */
export async function judgeTake(
  samples: Float32Array,
  sampleRateHz: number,
  signal?: AbortSignal,
): Promise<Confidences | null> {
  const measured = await measureTake(samples, sampleRateHz, signal);
  return measured && confidences(measured.features, measured.gainDb);
}

/** The features of a take, and the gain at which they were measured; null where there is no sound. */
export async function measureTake(
  samples: Float32Array,
  sampleRateHz: number,
  signal?: AbortSignal,
): Promise<{ features: ConditionFeatures; gainDb: number } | null> {
  const resampler = new Resampler(sampleRateHz, ANALYSIS_RATE_HZ, HALF_WIDTH);
  const parts: Float32Array[] = [];
  const chunk = CHUNK_SECONDS * sampleRateHz;
  for (const stretch of stretchesOf(samples, sampleRateHz)) {
    for (let at = 0; at < stretch.length; at += chunk) {
      await pause(signal);
      parts.push(resampler.push(stretch.subarray(at, at + chunk)));
    }
  }
  const resampled = concat([...parts, resampler.end()]);
  const gainDb = Math.min(MAX_GAIN_DB, LEVEL_DB - frameLevelDb(resampled));
  const gain = 10 ** (gainDb / 20);
  const frontend = new Frontend();
  const meter = new ConditionMeter(Math.ceil(resampled.length / ANALYSIS_HOP));
  for (let at = 0; at < resampled.length; at += CHUNK_SECONDS * ANALYSIS_RATE_HZ) {
    await pause(signal);
    const part = resampled.slice(at, at + CHUNK_SECONDS * ANALYSIS_RATE_HZ).map((x) => gain * x);
    meter.push(part, frontend.push(part));
  }
  const features = conditionFeatures(meter.read());
  return features && { features, gainDb };
}

function stretchesOf(samples: Float32Array, sampleRateHz: number): Float32Array[] {
  const length = STRETCH_SECONDS * sampleRateHz;
  if (samples.length <= STRETCHES * length) return [samples];
  const step = (samples.length - length) / (STRETCHES - 1);
  return Array.from({ length: STRETCHES }, (_, i) => {
    const from = Math.floor(i * step);
    return samples.subarray(from, from + length);
  });
}

/** 95th percentile of the levels of frames of 10 ms, dBFS. */
function frameLevelDb(samples: Float32Array): number {
  const powers = Float32Array.from({ length: Math.floor(samples.length / ANALYSIS_HOP) }, (_, t) => {
    let sum = 0;
    for (let i = t * ANALYSIS_HOP; i < (t + 1) * ANALYSIS_HOP; i++) sum += samples[i]! ** 2;
    return sum / ANALYSIS_HOP;
  });
  return 10 * Math.log10((quantile(powers, 0.95) ?? 0) + 1e-12);
}

async function pause(signal?: AbortSignal): Promise<void> {
  await nextTask();
  throwIfCancelled(signal);
}
