import { RealFft } from '../../dsp/fft';
import { periodicHann } from '../../dsp/signal';

/** Rate of the samples measured here: enough for the first harmonics of any voice. */
export const PERIODICITY_RATE_HZ = 4000;
/** 64 ms. */
export const PERIODICITY_WINDOW = 256;
const FFT_SIZE = 512;
/** Periods of 572 and of 70 Hz. */
const MIN_LAG = 7;
const MAX_LAG = 57;
/** Cost per octave of the lag, because multiples of the period are maxima too. */
const COST_PER_OCTAVE = 0.02;
/** A second period is at least this far, in octaves, from the first and its multiples and fractions. */
const APART_OCTAVES = 0.12;
const SILENT_POWER = 1e-12;

const LAGS = MAX_LAG + 1;
const OCTAVES = Float64Array.from({ length: LAGS }, (_, lag) => Math.log2(Math.max(1, lag)));

/** Whether the lag at `period * LAGS + lag` belongs to another voice than the one with that period. */
const IS_APART = Array.from({ length: LAGS * LAGS }, (_, i) => {
  const octaves = OCTAVES[i % LAGS]! - OCTAVES[Math.floor(i / LAGS)]!;
  return Math.abs(octaves - Math.round(octaves)) >= APART_OCTAVES;
});

/** The object is reused for every window. */
export interface Periods {
  /** Autocorrelation at the period, 0..1; 0 for silence. */
  strength: number;
  /** Period in samples at 4 kHz. */
  lag: number;
  /** Autocorrelation at another period of what is left once the first is cancelled, 0..1. */
  second: number;
}

/**
 * Periodicity of one window, and of what is left after its period has been cancelled.
 *
 * The autocorrelation is that of the windowed signal over that of the window (Boersma 1993, eq. 9). Of y(n) = x(n) - x(n - T), the
 * comb that cancels the period T (de Cheveigné 1993, "Separation of concurrent harmonic sounds", section II), it is
 * 2 r(τ) - r(τ - T) - r(τ + T): no second transform of the samples is needed.
 */
export class Periodicity {
  private readonly fft = new RealFft(FFT_SIZE);
  private readonly window = periodicHann(PERIODICITY_WINDOW);
  private readonly windowShape: Float64Array;
  private readonly input = new Float64Array(FFT_SIZE);
  private readonly spectrum = new Float64Array(2 * FFT_SIZE);
  private readonly correlation = new Float64Array(2 * FFT_SIZE);
  private readonly r = new Float64Array(2 * MAX_LAG + 1);
  private readonly found: Periods = { strength: 0, lag: 0, second: 0 };

  constructor() {
    this.input.set(this.window);
    this.autocorrelate();
    this.windowShape = Float64Array.from({ length: 2 * MAX_LAG + 1 }, (_, lag) => this.correlation[2 * lag]!);
    const [first] = this.windowShape;
    for (let lag = 0; lag < this.windowShape.length; lag++) this.windowShape[lag]! /= first!;
  }

  /** `samples` [256] at 4 kHz. The result is valid until the next call. */
  measure(samples: Float32Array): Periods {
    const { input, window, r, found, windowShape } = this;
    let mean = 0;
    for (let i = 0; i < PERIODICITY_WINDOW; i++) mean += samples[i]! / PERIODICITY_WINDOW;
    input.fill(0);
    for (let i = 0; i < PERIODICITY_WINDOW; i++) input[i] = (samples[i]! - mean) * window[i]!;
    this.autocorrelate();
    const power = this.correlation[0]!;
    found.strength = found.lag = found.second = 0;
    if (power < SILENT_POWER * FFT_SIZE) return found;
    for (let lag = 0; lag < r.length; lag++) r[lag] = this.correlation[2 * lag]! / power / windowShape[lag]!;
    let best = -Infinity;
    for (let lag = MIN_LAG; lag <= MAX_LAG; lag++) {
      if (r[lag]! < r[lag - 1]! || r[lag]! < r[lag + 1]!) continue;
      const value = r[lag]! - COST_PER_OCTAVE * OCTAVES[lag]!;
      if (value <= best) continue;
      best = value;
      found.lag = lag;
    }
    if (found.lag === 0) return found;
    found.strength = Math.max(0, Math.min(1, r[found.lag]!));
    found.second = this.secondPeriod(found.lag);
    return found;
  }

  private secondPeriod(period: number): number {
    const { r } = this;
    const left = 2 * (1 - r[period]!);
    if (!(left > 0.02)) return 0;
    let best = 0;
    for (let lag = MIN_LAG; lag <= MAX_LAG; lag++) {
      if (!IS_APART[period * LAGS + lag]) continue;
      const value = (2 * r[lag]! - r[Math.abs(lag - period)]! - r[lag + period]!) / left;
      if (value > best) best = value;
    }
    return Math.min(1, best);
  }

  /** `input` -> `correlation`, whose even entries are the autocorrelation times FFT_SIZE. */
  private autocorrelate(): void {
    const { fft, input, spectrum, correlation } = this;
    fft.forward(input, spectrum);
    for (let k = 0; k <= FFT_SIZE / 2; k++) {
      const power = spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2;
      input[k] = power;
      if (k > 0 && k < FFT_SIZE / 2) input[FFT_SIZE - k] = power;
    }
    // The power spectrum is real and even, so its forward transform is its inverse, scaled.
    fft.forward(input, correlation);
  }
}
