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
/** Analysis bands are at least this wide: narrower ones would resolve single overtones, which belong to the source. */
const MIN_WIDTH_HZ = 140;
/** The synthesiser returns a frame only after the following ones; this many are appended. */
const TAIL_FRAMES = 4;

/** Source and filter of a recording every 10 ms: F0 and voicing, and the spectral envelope. */
export interface VoiceParts {
  frames: number;
  /** [frames] Hz; unvoiced frames repeat the last voiced value. */
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
  /** Vocal tract length relative to the recording. */
  length: number;
  /** Whether the filter is applied; otherwise the source alone is synthesised, with the loudness of each frame. */
  filter: boolean;
}

/** Source-filter analysis of mono speech. */
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

/** Synthesises speech from its parts, at 24 kHz. */
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
  // Noise relative to the envelope: -3.5 (natural log, -30 dB) in voiced frames, -0.3 (-2.6 dB) in unvoiced ones.
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

/** [frames, 80]: every band gets the mean power of its frame. */
function withoutFilter(logGain: Float32Array): Float32Array {
  const flat = new Float32Array(logGain.length);
  for (let at = 0; at < flat.length; at += BANDS) {
    let power = 0;
    for (let band = 0; band < BANDS; band++) power += Math.exp(2 * logGain[at + band]!);
    flat.fill(0.5 * Math.log(power / BANDS + 1e-20), at, at + BANDS);
  }
  return flat;
}

/** Log gains [frames, 80]: power in a triangular band of half-width F0 around each centre, of frames centred on sample 240 t. */
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
