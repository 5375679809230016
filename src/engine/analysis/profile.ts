import { quantile } from '../../dsp/arrays';
import { throwIfCancelled } from '../errors';
import { Frontend } from './frontend';
import { REGISTER_OCTAVES } from './pitch-path';
import { trackPitchInChunks } from './track';
import { Resampler } from '../../dsp/resample';
import { FloatQueue } from '../../dsp/float-queue';
import { ANALYSIS_RATE_HZ, SILENCE_DB } from '../../dsp/signal';
import { nextTask } from '../../dsp/task';
import type { SourceProfile } from '../types';

/** Level that speech is brought to where a voice does not say its own, dBFS. */
export const DEFAULT_SPEECH_LEVEL_DB = -23;
const AUDIBLE_DB = -75;
const ACTIVE_RANGE_DB = 20;
const QUIET_SHARE = 0.05;
const CHUNK_SECONDS = 2;

/**
 * Level of the active speech, dBFS: mean power of the frames less than 20 dB below the 95th percentile of
 * what is no silence, as voices are measured by models/pipeline/export.py. -80 where nothing is.
 */
export function speechLevelDb(loudnessDb: Float32Array): number {
  const audible = loudnessDb.filter((db) => db > AUDIBLE_DB).sort();
  if (audible.length === 0) return SILENCE_DB;
  const high = audible[Math.floor(0.95 * (audible.length - 1))]!;
  const active = audible.filter((db) => db > high - ACTIVE_RANGE_DB);
  return 10 * Math.log10(active.reduce((sum, db) => sum + 10 ** (db / 10), 0) / active.length);
}

/** Level of the room behind the speech, dBFS: the quietest frames are no louder. -80 where some are silent: no room is heard. */
export function noiseLevelDb(loudnessDb: Float32Array): number {
  return quantile(loudnessDb, QUIET_SHARE) ?? SILENCE_DB;
}

/** Median of the voiced entries of `f0Hz` (0 is unvoiced) in the speaker's register, 0 where there are none. */
export function medianF0Hz(f0Hz: Float32Array): number {
  const sorted = inRegister(f0Hz);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The voiced entries of `f0Hz`, sorted, without those an octave or so off the middle one: these were misheard. */
export function inRegister(f0Hz: Float32Array): Float32Array {
  const voiced = f0Hz.filter((hz) => hz > 0).sort();
  const middleHz = voiced[voiced.length >> 1]!;
  return voiced.filter((hz) => Math.abs(Math.log2(hz / middleHz)) < REGISTER_OCTAVES);
}

/**
 * `loudnessDb` of speech at `levelDb`, moved to what it would be had the speech been recorded at -23 dBFS: the pitch
 * tracker takes frames below -60 dB for silence, so a faint recording has to be normalised first.
 */
export function normaliseLoudness(loudnessDb: Float32Array, levelDb: number): Float32Array {
  return loudnessDb.map((db) => db + DEFAULT_SPEECH_LEVEL_DB - levelDb);
}

/** Measures a take before it is converted; yields to other tasks every two seconds of it. */
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
  const take = (piece: Float32Array) => {
    resampled.push(piece);
    loudness.push(frontend.push(piece).loudnessDb);
  };
  const pause = async () => {
    await nextTask();
    throwIfCancelled(signal);
  };
  for (let at = 0; at < samples.length; at += chunk) {
    await pause();
    take(resampler.push(samples.subarray(at, at + chunk)));
  }
  take(resampler.end());
  const level = speechLevelDb(loudness.view());
  const normalised = normaliseLoudness(loudness.view(), level);
  return {
    medianF0Hz: medianF0Hz(await trackPitchInChunks(resampled.view(), normalised, pause)),
    speechLevelDb: level,
    noiseDb: noiseLevelDb(loudness.view()),
  };
}
