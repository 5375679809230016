import { RealFft } from '../../dsp/fft';
import { Resampler } from '../../dsp/resample';
import { FloatQueue } from '../../dsp/float-queue';
import { SYNTHESIS_RATE_HZ } from '../../dsp/signal';

const RATE_HZ = 4000;
const WINDOW = 4096;
/** Delays that are looked for: up to half a second from the speakers back to the microphone. */
const LAGS = 2048;
const FFT_SIZE = 8192;
const AUDIBLE_RMS = 1e-3;

/** A score from which the microphone hears the speakers; without an echo it is about 4, for noise of any kind. */
export const FEEDBACK_SCORE = 8;

/**
 * Whether the microphone hears the converted voice: the peak of the cross-correlation of both, whitened (GCC-PHAT,
 * Knapp & Carter 1976), over its root mean square.
 *
 * The two have no waveform in common but by an echo, because the converted voice is made anew.
 */
export class FeedbackWatch {
  private readonly fft = new RealFft(FFT_SIZE);
  private readonly inputResampler: Resampler;
  private readonly outputResampler = new Resampler(SYNTHESIS_RATE_HZ, RATE_HZ);
  private readonly input = new FloatQueue(2 * WINDOW);
  private readonly output = new FloatQueue(2 * (WINDOW + LAGS));
  private readonly piece = new Float64Array(FFT_SIZE);
  private readonly heard = new Float64Array(2 * FFT_SIZE);
  private readonly played = new Float64Array(2 * FFT_SIZE);
  private nextAt = WINDOW + LAGS;

  /** The last score; 0 before there is one, and where one of the two was silent. */
  score = 0;

  constructor(sampleRateHz: number) {
    this.inputResampler = new Resampler(sampleRateHz, RATE_HZ);
  }

  /** Takes what the microphone heard and what was converted meanwhile; measures once a second. */
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
    const { fft, heard, played, piece } = this;
    if (rms(input) < AUDIBLE_RMS || rms(output) < AUDIBLE_RMS) return 0;
    this.transform(input, LAGS, heard);
    this.transform(output, 0, played);
    for (let k = 0; k <= FFT_SIZE / 2; k++) {
      const re = heard[2 * k]! * played[2 * k]! + heard[2 * k + 1]! * played[2 * k + 1]!;
      const im = heard[2 * k + 1]! * played[2 * k]! - heard[2 * k]! * played[2 * k + 1]!;
      const size = Math.hypot(re, im);
      heard[2 * k] = size > 0 ? re / size : 0;
      heard[2 * k + 1] = size > 0 ? im / size : 0;
    }
    fft.inverse(heard, piece);
    let peak = 0;
    let power = 0;
    for (let lag = 0; lag < LAGS; lag++) {
      peak = Math.max(peak, Math.abs(piece[lag]!));
      power += piece[lag]! ** 2;
    }
    return peak / Math.sqrt(power / LAGS);
  }

  private transform(samples: Float32Array, at: number, spectrum: Float64Array): void {
    this.piece.fill(0);
    this.piece.set(samples, at);
    this.fft.forward(this.piece, spectrum);
  }
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}
