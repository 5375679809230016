import { RealFft } from '../../dsp/fft';
import { hzToMel, SYNTHESIS_RATE_HZ } from '../../dsp/signal';
import { BANDS } from '../shapes';

const NYQUIST_HZ = SYNTHESIS_RATE_HZ / 2;
/** Natural log gains are limited to this range: higher ones could overflow, lower ones yield denormal numbers. */
const MIN_LOG_GAIN = -25;
const MAX_LOG_GAIN = 8;

/** Interpolates 80 log gains at the FFT bins: band centres equally spaced in HTK mel from 0 to 12 kHz, linear in mel between them. */
export class EnvelopeReader {
  private readonly below: Int32Array;
  private readonly mix: Float64Array;

  /** The gain at frequency f is read at f / `formantRatio`: a ratio above 1 moves the formants up. */
  constructor(bins: number, formantRatio: number) {
    this.below = new Int32Array(bins);
    this.mix = new Float64Array(bins);
    for (let k = 0; k < bins; k++) {
      const hz = Math.min(NYQUIST_HZ, (k * NYQUIST_HZ) / (bins - 1) / formantRatio);
      const place = (hzToMel(hz) / hzToMel(NYQUIST_HZ)) * (BANDS - 1);
      this.below[k] = Math.min(BANDS - 2, Math.floor(place));
      this.mix[k] = place - this.below[k]!;
    }
  }

  /** Row `frame` of `gains` [n, 80], plus `offset` -> `logMagnitude` [bins], natural log, always finite. */
  read(gains: Float32Array, frame: number, offset: number, logMagnitude: Float64Array): void {
    const base = frame * BANDS;
    for (let k = 0; k < logMagnitude.length; k++) {
      const at = base + this.below[k]!;
      const low = gains[at]!;
      const value = low + this.mix[k]! * (gains[at + 1]! - low) + offset;
      logMagnitude[k] = value > MIN_LOG_GAIN ? Math.min(value, MAX_LOG_GAIN) : MIN_LOG_GAIN;
    }
  }
}

/** Phase of the minimum-phase filter with a given log magnitude, by folding the real cepstrum (Oppenheim & Schafer, 12.4). */
export class MinimumPhase {
  private readonly fft: RealFft;
  private readonly cepstrum: Float64Array;
  private readonly spectrum: Float64Array;

  constructor(size: number) {
    this.fft = new RealFft(size);
    this.cepstrum = new Float64Array(size);
    this.spectrum = new Float64Array(2 * size);
  }

  /** `logMagnitude` [size / 2 + 1] -> `phase` of the same shape, radians. */
  phase(logMagnitude: Float64Array, phase: Float64Array): void {
    const { fft, cepstrum, spectrum } = this;
    const { size } = fft;
    const half = size / 2;
    for (let k = 0; k <= half; k++) cepstrum[k] = logMagnitude[k]!;
    for (let k = 1; k < half; k++) cepstrum[size - k] = logMagnitude[k]!;
    // The spectrum is real and even, so its inverse transform is the forward transform divided by `size`.
    fft.forward(cepstrum, spectrum);
    cepstrum[0] = spectrum[0]! / size;
    for (let n = 1; n < half; n++) cepstrum[n] = (2 * spectrum[2 * n]!) / size;
    cepstrum[half] = spectrum[2 * half]! / size;
    cepstrum.fill(0, half + 1);
    fft.forward(cepstrum, spectrum);
    for (let k = 0; k <= half; k++) phase[k] = spectrum[2 * k + 1]!;
  }
}
