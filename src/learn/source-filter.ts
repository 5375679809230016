import { RealFft } from '../dsp/fft';
import { Frontend } from '../engine/analysis/frontend';
import {
  DEFAULT_SPEECH_LEVEL_DB,
  medianF0Hz,
  normaliseLoudness,
  speechLevelDb,
} from '../engine/analysis/profile';
import { trackPitch } from '../engine/analysis/track';
import { resample } from '../dsp/resample';
import {
  ANALYSIS_RATE_HZ,
  hzToMel,
  melToHz,
  periodicHann,
  SYNTHESIS_HOP,
  SYNTHESIS_RATE_HZ,
} from '../dsp/signal';
import { BANDS } from '../engine/shapes';
import { Synthesiser } from '../engine/synthesis/synthesis';

const FFT_SIZE = 1024;
const BINS = FFT_SIZE / 2 + 1;
/** A filter narrower than this would let single overtones through, and they belong to the source. */
const MIN_WIDTH_HZ = 140;
/** The synthesiser gives a frame out when the next ones are there. */
const TAIL_FRAMES = 4;

/** A recording taken apart: what the vocal folds did, and what throat and mouth did to it, every 10 ms. */
export interface VoiceParts {
  frames: number;
  /** [frames] Hz; held through unvoiced frames. */
  f0Hz: Float32Array;
  /** [frames], 0 or 1. */
  voiced: Float32Array;
  /** [frames, 80] natural log gains, centres as in EnvelopeReader. */
  logGain: Float32Array;
  medianF0Hz: number;
  seconds: number;
}

export type Source = 'voice' | 'whisper' | 'robot';

export interface PartControls {
  source: Source;
  /** Semitones. */
  pitchSt: number;
  /** Length of throat and mouth, 1 as it was. */
  length: number;
  /** Without: the source alone, as it would sound without a head around it. */
  filter: boolean;
}

/** Takes mono speech apart. */
export function analyseVoice(samples: Float32Array, sampleRateHz: number): VoiceParts {
  const low = resample(samples, sampleRateHz, ANALYSIS_RATE_HZ);
  const high = resample(samples, sampleRateHz, SYNTHESIS_RATE_HZ);
  const { loudnessDb } = new Frontend().push(low);
  const normalised = normaliseLoudness(loudnessDb, speechLevelDb(loudnessDb));
  const median = medianF0Hz(trackPitch(low, normalised).f0Hz) || 120;
  const speaker = { medianF0Hz: median, speechLevelDb: DEFAULT_SPEECH_LEVEL_DB };
  const { f0Hz, voiced } = trackPitch(low, normalised, speaker);
  let held = median;
  for (let t = 0; t < f0Hz.length; t++) held = f0Hz[t] = f0Hz[t]! > 0 ? f0Hz[t]! : held;
  const frames = f0Hz.length;
  return {
    frames,
    f0Hz,
    voiced,
    logGain: envelopes(high, f0Hz),
    medianF0Hz: median,
    seconds: samples.length / sampleRateHz,
  };
}

/** Puts the parts together again, at 24 kHz. */
export function synthesiseVoice(parts: VoiceParts, controls: PartControls): Float32Array {
  const { frames, logGain } = parts;
  const padded = frames + TAIL_FRAMES;
  const extend = (values: Float32Array, size: number) => {
    const longer = new Float32Array(padded * size);
    longer.set(values);
    return longer;
  };
  const gains = extend(controls.filter ? logGain : withoutFilter(logGain), BANDS);
  gains.fill(-25, frames * BANDS);
  const isVoiced = extend(controls.source === 'whisper' ? new Float32Array(frames) : parts.voiced, 1);
  const ratio = 2 ** (controls.pitchSt / 12);
  const f0Hz = extend(
    parts.f0Hz.map((hz) => ratio * (controls.source === 'robot' ? parts.medianF0Hz : hz)),
    1,
  );
  f0Hz.fill(parts.medianF0Hz, frames);
  // Where the folds swing, little noise is left; a whisper is nothing else.
  const noise = gains.map((gain, i) => gain - (isVoiced[Math.floor(i / BANDS)]! > 0 ? 3.5 : 0.3));
  return new Synthesiser({ formantRatio: 1 / controls.length, unvoicedLevelDb: 0 }).push({
    frames: padded,
    harmonicLogGain: gains,
    noiseLogGain: noise,
    f0Hz,
    voiced: isVoiced,
    gate: new Float32Array(padded).fill(1),
  });
}

/** Every band as loud as the frame is on average. */
function withoutFilter(logGain: Float32Array): Float32Array {
  const flat = new Float32Array(logGain.length);
  for (let at = 0; at < flat.length; at += BANDS) {
    let power = 0;
    for (let band = 0; band < BANDS; band++) power += Math.exp(2 * logGain[at + band]!);
    flat.fill(0.5 * Math.log(power / BANDS + 1e-20), at, at + BANDS);
  }
  return flat;
}

/** [frames, 80]: power around each centre, as wide as one overtone, of frames centred on 240 t. */
function envelopes(samples: Float32Array, f0Hz: Float32Array): Float32Array {
  const fft = new RealFft(FFT_SIZE);
  const window = periodicHann(FFT_SIZE);
  const windowPower = window.reduce((sum, w) => sum + w * w, 0);
  const centresHz = Array.from({ length: BANDS }, (_, band) =>
    melToHz((band / (BANDS - 1)) * hzToMel(SYNTHESIS_RATE_HZ / 2)),
  );
  const frame = new Float64Array(FFT_SIZE);
  const spectrum = new Float64Array(2 * FFT_SIZE);
  const logGain = new Float32Array(f0Hz.length * BANDS);
  const binHz = SYNTHESIS_RATE_HZ / FFT_SIZE;
  for (let t = 0; t < f0Hz.length; t++) {
    const start = t * SYNTHESIS_HOP - FFT_SIZE / 2;
    for (let i = 0; i < FFT_SIZE; i++) frame[i] = (samples[start + i] ?? 0) * window[i]!;
    fft.forward(frame, spectrum);
    const widthHz = Math.max(MIN_WIDTH_HZ, f0Hz[t]!);
    for (let band = 0; band < BANDS; band++) {
      const centre = centresHz[band]!;
      const last = Math.min(BINS - 1, Math.floor((centre + widthHz) / binHz));
      let power = 0;
      let weights = 0;
      for (let k = Math.max(0, Math.ceil((centre - widthHz) / binHz)); k <= last; k++) {
        const weight = 1 - Math.abs(k * binHz - centre) / widthHz;
        power += weight * (spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2);
        weights += weight;
      }
      logGain[t * BANDS + band] = 0.5 * Math.log(power / Math.max(1e-9, weights) / windowPower + 1e-12);
    }
  }
  return logGain;
}
