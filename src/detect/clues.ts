import { quantile } from '../dsp/arrays';
import { Frontend } from '../engine/analysis/frontend';
import { RealFft } from '../dsp/fft';
import { noiseLevelDb, normaliseLoudness, speechLevelDb } from '../engine/analysis/profile';
import { trackPitchInChunks } from '../engine/analysis/track';
import { resample } from '../dsp/resample';
import { ANALYSIS_RATE_HZ, periodicHann } from '../dsp/signal';
import { nextTask } from '../dsp/task';
import { pulseSharpness } from './pulses';

export type ClueId = 'band' | 'phase' | 'jitter' | 'floor';

/** The measured values; null if there was too little speech. */
export type ClueValues = Record<ClueId, number | null>;

/** Only this much of a recording is analysed. */
const MAX_SECONDS = 60;
const BAND_FFT = 2048;
/** The band edge is the highest frequency whose mean power is at most this far below the strongest. */
const BAND_EDGE_DB = 65;
const MIN_VOICED_FRAMES = 50;

/**
 * Traces that speech synthesis may leave, measured on up to a minute of mono samples:
 *
 * - `band`: highest frequency of the spectrum, Hz.
 * - `phase`: how well the phases of the overtones are aligned: kurtosis of the linear-prediction residual of voiced sound. A
 *   vocoder is driven by one pulse per period; vocal tracts and reverberation smear it.
 * - `jitter`: variation of the pitch from one 10 ms frame to the next, cents.
 * - `floor`: noise level between the words relative to the speech level, dB (negative).
 */
export async function measureClues(
  samples: Float32Array,
  sampleRateHz: number,
  signal?: AbortSignal,
): Promise<ClueValues> {
  const part = samples.subarray(0, MAX_SECONDS * sampleRateHz);
  const low = resample(part, sampleRateHz, ANALYSIS_RATE_HZ);
  const loudnessDb = new Frontend().push(low).loudnessDb;
  const levelDb = speechLevelDb(loudnessDb);
  const { f0Hz } = await trackPitchInChunks(low, normaliseLoudness(loudnessDb, levelDb), async () => {
    await nextTask();
    signal?.throwIfAborted();
  });
  const voiced = f0Hz.reduce((sum, hz) => sum + Number(hz > 0), 0);
  const hasVoice = voiced >= MIN_VOICED_FRAMES;
  return {
    band: hasVoice ? bandEdgeHz(part, sampleRateHz) : null,
    phase: hasVoice ? pulseSharpness(low, f0Hz) : null,
    jitter: hasVoice ? jitterCents(f0Hz) : null,
    floor: hasVoice ? noiseLevelDb(loudnessDb) - levelDb : null,
  };
}

/** Highest frequency at which the mean power spectrum is within BAND_EDGE_DB of its maximum. */
function bandEdgeHz(samples: Float32Array, sampleRateHz: number): number {
  const fft = new RealFft(BAND_FFT);
  const window = periodicHann(BAND_FFT);
  const frame = new Float64Array(BAND_FFT);
  const spectrum = new Float64Array(2 * BAND_FFT);
  const power = new Float64Array(fft.bins);
  for (let at = 0; at + BAND_FFT <= samples.length; at += BAND_FFT) {
    for (let i = 0; i < BAND_FFT; i++) frame[i] = samples[at + i]! * window[i]!;
    fft.forward(frame, spectrum);
    for (let k = 0; k < power.length; k++) power[k]! += spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2;
  }
  const empty = Math.max(...power) * 10 ** (-BAND_EDGE_DB / 10);
  let edge = power.length - 1;
  while (edge > 0 && power[edge]! < empty) edge--;
  return (edge * sampleRateHz) / BAND_FFT;
}

/** Median magnitude of the second difference of log F0 over three voiced frames, in cents (as Praat's PPQ, on frames instead of periods). */
function jitterCents(f0Hz: Float32Array): number {
  const bends: number[] = [];
  for (let t = 1; t + 1 < f0Hz.length; t++) {
    const [a, b, c] = [f0Hz[t - 1]!, f0Hz[t]!, f0Hz[t + 1]!];
    if (a > 0 && b > 0 && c > 0) bends.push(1200 * Math.abs(Math.log2((b * b) / (a * c))));
  }
  return quantile(Float32Array.from(bends), 0.5) ?? 0;
}
