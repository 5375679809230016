import { RealFft } from '../../dsp/fft';
import { SYNTHESIS_RATE_HZ } from '../../dsp/signal';
import type { RecordedSound } from '../voice';
import { EnvelopeReader, MinimumPhase } from './envelope';
import { noiseAt } from './excitation';

const FFT_SIZE = 1024;
const BINS = FFT_SIZE / 2 + 1;
/** Samples per transform; the filters have as many taps, so that nothing wraps around. */
const SEGMENT = FFT_SIZE / 2;
/** Samples that the cubic interpolation needs after the point it reads. */
const AHEAD = 2;
/** Far from the indices of the excitation's noise. */
const NOISE_OFFSET = 0x40000000;

/**
 * Makes 24 kHz samples sound as an old machine recorded them: wow, then the band that it passed, then its noise. As many samples come
 * out as go in, and they do not depend on how the input is split.
 *
 * Wow is a slow, periodic change of speed, as of a turntable whose hole is not in the middle (IEC 60386): the input is read at
 * t - d(t) with d(t) = D (1 - cos(2 pi f t)), so that the speed is 1 - depth sin(2 pi f t) for D = depth / (2 pi f). Its mean delay is
 * D and 2 samples, at most some milliseconds. The band is a causal filter of minimum phase (Oppenheim & Schafer, 13.5), without
 * further delay, applied by overlap-add; the noise is white noise through another one.
 */
export class PeriodSound {
  private readonly fft = new RealFft(FFT_SIZE);
  private readonly band: Float64Array;
  private readonly hiss: Float64Array;
  private readonly signal = new Float64Array(FFT_SIZE);
  private readonly noise = new Float64Array(FFT_SIZE);
  private readonly spectrum = new Float64Array(2 * FFT_SIZE);
  private readonly noiseSpectrum = new Float64Array(2 * FFT_SIZE);
  /** What the filters still owe to the samples that come next. */
  private readonly tail = new Float64Array(SEGMENT);
  /** The newest samples of the input, the last of them at the end. */
  private readonly history: Float64Array;
  private readonly wowSamples: number;
  private readonly wowRadians: number;
  private index = 0;

  constructor({ band, noise, wowRateHz, wowDepth }: RecordedSound) {
    this.band = this.filterOf(band);
    this.hiss = this.filterOf(noise);
    this.wowRadians = (2 * Math.PI * wowRateHz) / SYNTHESIS_RATE_HZ;
    this.wowSamples = wowDepth / this.wowRadians;
    this.history = new Float64Array(Math.ceil(2 * this.wowSamples) + AHEAD + 2);
  }

  push(samples: Float32Array): Float32Array {
    const output = new Float32Array(samples.length);
    for (let at = 0; at < samples.length; at += SEGMENT) {
      const part = samples.subarray(at, at + SEGMENT);
      this.fill(part);
      this.filter(output.subarray(at, at + part.length));
    }
    return output;
  }

  /** The input with wow, and white noise, padded with zeros. */
  private fill(part: Float32Array): void {
    const { history, signal, noise } = this;
    signal.fill(0);
    noise.fill(0);
    part.forEach((x, i) => {
      history.copyWithin(0, 1);
      history[history.length - 1] = x;
      const delay = AHEAD + this.wowSamples * (1 - Math.cos(this.wowRadians * this.index));
      signal[i] = cubic(history, history.length - 1 - delay);
      noise[i] = noiseAt(NOISE_OFFSET + this.index);
      this.index++;
    });
  }

  /** Filters both and writes as many samples as `output` holds; what lies beyond is added to the next ones. */
  private filter(output: Float32Array): void {
    const { fft, spectrum, noiseSpectrum, band, hiss, signal, tail } = this;
    fft.forward(this.signal, spectrum);
    fft.forward(this.noise, noiseSpectrum);
    for (let k = 0; k < 2 * BINS; k += 2) {
      const [a, b, c, d] = [spectrum[k]!, spectrum[k + 1]!, noiseSpectrum[k]!, noiseSpectrum[k + 1]!];
      spectrum[k] = a * band[k]! - b * band[k + 1]! + c * hiss[k]! - d * hiss[k + 1]!;
      spectrum[k + 1] = a * band[k + 1]! + b * band[k]! + c * hiss[k + 1]! + d * hiss[k]!;
    }
    fft.inverse(spectrum, signal);
    const { length } = output;
    for (let i = 0; i < length; i++) output[i] = signal[i]! + tail[i]!;
    for (let i = 0; i < SEGMENT; i++) tail[i] = signal[length + i]! + (tail[length + i] ?? 0);
  }

  /** Spectrum of the filter of minimum phase with these log gains [80], cut to as many taps as a segment has samples. */
  private filterOf(logGains: Float32Array): Float64Array {
    const { fft } = this;
    const logMagnitude = new Float64Array(BINS);
    const phase = new Float64Array(BINS);
    new EnvelopeReader(BINS, 1).read(logGains, 0, 0, logMagnitude);
    new MinimumPhase(FFT_SIZE).phase(logMagnitude, phase);
    const spectrum = new Float64Array(2 * FFT_SIZE);
    for (let k = 0; k < BINS; k++) {
      spectrum[2 * k] = Math.exp(logMagnitude[k]!) * Math.cos(phase[k]!);
      spectrum[2 * k + 1] = Math.exp(logMagnitude[k]!) * Math.sin(phase[k]!);
    }
    const response = new Float64Array(FFT_SIZE);
    fft.inverse(spectrum, response);
    response.fill(0, SEGMENT);
    fft.forward(response, spectrum);
    return spectrum;
  }
}

/** Catmull-Rom interpolation at a place between the second and the last but one of `values`. */
function cubic(values: Float64Array, place: number): number {
  const i = Math.floor(place);
  const t = place - i;
  const [a, b, c, d] = [values[i - 1]!, values[i]!, values[i + 1]!, values[i + 2]!];
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}
