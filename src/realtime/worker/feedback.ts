import { RealFft } from '../../dsp/fft';
import { Resampler } from '../../dsp/resample';
import { FloatQueue } from '../../dsp/float-queue';
import { SYNTHESIS_RATE_HZ } from '../../dsp/signal';

const RATE_HZ = 4000;
const WINDOW = 4096;
/** Longest delay from the speakers back to the microphone, in samples: 0.5 s. */
const LAGS = 2048;
const FFT_SIZE = 8192;
const AUDIBLE_RMS = 1e-3;

/** Score from which the microphone picks up the speakers. Without an echo the score is about 4, for noise of any kind. */
export const FEEDBACK_SCORE = 8;

/**
 * Detects whether the microphone picks up the converted voice: peak over RMS of the whitened cross-correlation of both
 * (GCC-PHAT, Knapp & Carter 1976). Without an echo they are uncorrelated, because the converted voice is a new waveform.
 */
export class FeedbackWatch {
  private readonly fft = new RealFft(FFT_SIZE);
  private readonly inputResampler: Resampler;
  private readonly outputResampler = new Resampler(SYNTHESIS_RATE_HZ, RATE_HZ);
  private readonly input = new FloatQueue(2 * WINDOW);
  private readonly output = new FloatQueue(2 * (WINDOW + LAGS));
  private readonly frame = new Float64Array(FFT_SIZE);
  private readonly captured = new Float64Array(2 * FFT_SIZE);
  private readonly played = new Float64Array(2 * FFT_SIZE);
  private nextAt = WINDOW + LAGS;

  /** The last score; 0 before the first, and while either signal is silent. */
  score = 0;

  constructor(sampleRateHz: number) {
    this.inputResampler = new Resampler(sampleRateHz, RATE_HZ);
  }

  /** Takes microphone input and the output converted in the same time; computes a score once a second. */
  push(input: Float32Array, output: Float32Array): void {
    this.input.push(this.inputResampler.push(input));
    this.output.push(this.outputResampler.push(output));
    if (this.input.end < this.nextAt || this.output.end - this.output.start < WINDOW + LAGS) return;
    this.nextAt = this.input.end + RATE_HZ;
    this.input.dropBefore(this.input.end - WINDOW);
    this.output.dropBefore(this.output.end - WINDOW - LAGS);
    this.score = this.correlate(this.input.view(), this.output.view());
  }

  private correlate(input: Float32Array, output: Float32Array): number {
    const { fft, captured, played, frame } = this;
    if (rms(input) < AUDIBLE_RMS || rms(output) < AUDIBLE_RMS) return 0;
    this.transform(input, LAGS, captured);
    this.transform(output, 0, played);
    for (let k = 0; k <= FFT_SIZE / 2; k++) {
      const re = captured[2 * k]! * played[2 * k]! + captured[2 * k + 1]! * played[2 * k + 1]!;
      const im = captured[2 * k + 1]! * played[2 * k]! - captured[2 * k]! * played[2 * k + 1]!;
      const magnitude = Math.hypot(re, im);
      captured[2 * k] = magnitude > 0 ? re / magnitude : 0;
      captured[2 * k + 1] = magnitude > 0 ? im / magnitude : 0;
    }
    fft.inverse(captured, frame);
    let peak = 0;
    let power = 0;
    for (let lag = 0; lag < LAGS; lag++) {
      peak = Math.max(peak, Math.abs(frame[lag]!));
      power += frame[lag]! ** 2;
    }
    return peak / Math.sqrt(power / LAGS);
  }

  private transform(samples: Float32Array, at: number, spectrum: Float64Array): void {
    this.frame.fill(0);
    this.frame.set(samples, at);
    this.fft.forward(this.frame, spectrum);
  }
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}
