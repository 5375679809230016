import { quantile } from '../../dsp/arrays';
import { throwIfCancelled } from '../errors';
import { Frontend } from './frontend';
import { trackPitchInChunks } from './track';
import { Resampler } from '../../dsp/resample';
import { FloatQueue } from '../../dsp/float-queue';
import { ANALYSIS_RATE_HZ, SILENCE_DB } from '../../dsp/signal';
import { nextTask } from '../../dsp/task';
import type { SourceProfile } from '../types';

/** Speech level, dBFS, to which speech is amplified if a voice has no level of its own. */
export const DEFAULT_SPEECH_LEVEL_DB = -23;
/** Frames below this level are silent, dBFS. */
const AUDIBLE_DB = -75;
const ACTIVE_RANGE_DB = 20;
const NOISE_QUANTILE = 0.05;
const CHUNK_SECONDS = 2;
/** F0 this far from the median is most likely an octave error. */
const REGISTER_OCTAVES = 0.7;
/** Least weight of a voiced frame in the median. */
const LEAST_CLARITY = 0.01;

/**
 * Level of the active speech, dBFS: mean power of the frames less than 20 dB below the 95th percentile of the frames that
 * are not silent; -80 if all are silent. Equal to `speech_level_db` of models/pipeline/frontend.py.
 */
export function speechLevelDb(loudnessDb: Float32Array): number {
  const audible = loudnessDb.filter((db) => db > AUDIBLE_DB).sort();
  if (audible.length === 0) return SILENCE_DB;
  const high = audible[Math.floor(0.95 * (audible.length - 1))]!;
  const active = audible.filter((db) => db > high - ACTIVE_RANGE_DB);
  return 10 * Math.log10(active.reduce((sum, db) => sum + 10 ** (db / 10), 0) / active.length);
}

/** Level of the background noise, dBFS: the 5th percentile of all frames. -80 if that many frames are digitally silent. */
export function noiseLevelDb(loudnessDb: Float32Array): number {
  return quantile(loudnessDb, NOISE_QUANTILE) ?? SILENCE_DB;
}

/**
 * Median of the voiced entries of `f0Hz` (0 is unvoiced) less than 0.7 octaves from the median of all, weighted by `clarity`
 * (default: equally); 0 if there are none. In music and babble the clear frames are mostly those of the speaker.
 */
export function medianF0Hz(f0Hz: Float32Array, clarity?: Float32Array): number {
  const voiced = Array.from(f0Hz, (hz, i) => ({ hz, weight: Math.max(LEAST_CLARITY, clarity?.[i] ?? 1) }))
    .filter(({ hz }) => hz > 0)
    .sort((a, b) => a.hz - b.hz);
  if (voiced.length === 0) return 0;
  const { aboveHz } = weightedMiddle(voiced);
  const kept = voiced.filter(({ hz }) => Math.abs(Math.log2(hz / aboveHz)) < REGISTER_OCTAVES);
  const middle = weightedMiddle(kept);
  return (middle.belowHz + middle.aboveHz) / 2;
}

/** The entries between which half of the weight is passed, of a list that is not empty; mostly one and the same. */
function weightedMiddle(sorted: { hz: number; weight: number }[]): { belowHz: number; aboveHz: number } {
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  const at = sorted.findIndex(({ weight }) => (passed += weight) > half);
  const isBetween = at > 0 && passed - sorted[at]!.weight === half;
  return { belowHz: sorted[isBetween ? at - 1 : at]!.hz, aboveHz: sorted[at]!.hz };
}

/** The voiced entries of `f0Hz`, sorted, without those 0.7 octaves or more from their median: these are octave errors. */
export function inRegister(f0Hz: Float32Array): Float32Array {
  const voiced = f0Hz.filter((hz) => hz > 0).sort();
  const medianHz = voiced[voiced.length >> 1]!;
  return voiced.filter((hz) => Math.abs(Math.log2(hz / medianHz)) < REGISTER_OCTAVES);
}

/**
 * Shifts `loudnessDb` of speech at `levelDb` to a speech level of -23 dBFS. The pitch tracker treats frames below -60 dBFS
 * as unvoiced, so the loudness of a faint recording has to be normalised first.
 */
export function normaliseLoudness(loudnessDb: Float32Array, levelDb: number): Float32Array {
  return loudnessDb.map((db) => db + DEFAULT_SPEECH_LEVEL_DB - levelDb);
}

/** Measures a take before it is converted; yields to other tasks after every two seconds of audio. Rejects with `cancelled`. */
export async function profileTake(
  samples: Float32Array,
  sampleRateHz: number,
  signal?: AbortSignal,
): Promise<SourceProfile> {
  const resampler = new Resampler(sampleRateHz, ANALYSIS_RATE_HZ);
  const frontend = new Frontend();
  const resampled = new FloatQueue(ANALYSIS_RATE_HZ);
  const loudness = new FloatQueue(256);
  const chunk = CHUNK_SECONDS * sampleRateHz;
  const analyse = (part: Float32Array) => {
    resampled.push(part);
    loudness.push(frontend.push(part).loudnessDb);
  };
  const pause = async () => {
    await nextTask();
    throwIfCancelled(signal);
  };
  for (let at = 0; at < samples.length; at += chunk) {
    await pause();
    analyse(resampler.push(samples.subarray(at, at + chunk)));
  }
  analyse(resampler.end());
  const level = speechLevelDb(loudness.view());
  const normalised = normaliseLoudness(loudness.view(), level);
  const { f0Hz, clarity, periodicity } = await trackPitchInChunks(resampled.view(), normalised, pause);
  return {
    medianF0Hz: medianF0Hz(f0Hz, clarity),
    speechLevelDb: level,
    noiseDb: noiseLevelDb(loudness.view()),
    periodicity,
  };
}
