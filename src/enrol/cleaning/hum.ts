import { RealFft } from '../../dsp/fft';
import { ANALYSIS_RATE_HZ, periodicHann } from '../../dsp/signal';
import { findHum, type HumLine } from '../../engine/analysis/hum-lines';

/** 2 s: bins of 0.5 Hz separate a steady hum from a voice whose pitch moves across it. */
const SIZE = 32768;
const BIN_HZ = ANALYSIS_RATE_HZ / SIZE;
const MAX_WINDOWS = 24;
/** Width of a notch, Hz: wide enough for the flutter of a tape. */
const NOTCH_HZ = 3;

/**
 * Removes mains hum (50 or 60 Hz) from 16 kHz speech, in place, by a notch of 3 Hz at each harmonic found.
 *
 * Returns the fundamental in Hz, 0 if there is no hum.
 */
export function removeHum(samples: Float32Array): number {
  if (samples.length < SIZE) return 0;
  const quiet = quietSpectrum(samples);
  const lines = findHum(quiet, BIN_HZ);
  if (lines.length === 0) return 0;
  for (const { hz } of lines) notch(samples, hz);
  const sum = (of: (line: HumLine) => number) => lines.reduce((total, line) => total + of(line), 0);
  return sum(({ hz }) => hz) / sum(({ k }) => k);
}

/** Lower quartile over time of the power of each bin up to 1.5 kHz: the sound that is there between words too. */
function quietSpectrum(samples: Float32Array): Float64Array {
  const bins = Math.ceil(1500 / BIN_HZ);
  const fft = new RealFft(SIZE);
  const window = periodicHann(SIZE);
  const input = new Float64Array(SIZE);
  const spectrum = new Float64Array(2 * SIZE);
  const count = Math.min(MAX_WINDOWS, Math.floor((samples.length - SIZE) / (SIZE / 2)) + 1);
  const step = count > 1 ? Math.floor((samples.length - SIZE) / (count - 1)) : 0;
  const powers = Array.from({ length: count }, (_, w) => {
    for (let i = 0; i < SIZE; i++) input[i] = samples[w * step + i]! * window[i]!;
    fft.forward(input, spectrum);
    return Float64Array.from({ length: bins }, (_, k) => spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2);
  });
  return Float64Array.from({ length: bins }, (_, k) => {
    const sorted = powers.map((power) => power[k]!).sort((a, b) => a - b);
    return sorted[Math.floor(count / 4)]!;
  });
}

/** Applies a second-order notch filter in place (R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filters"). */
function notch(samples: Float32Array, hz: number): void {
  const w = (2 * Math.PI * hz) / ANALYSIS_RATE_HZ;
  const alpha = (Math.sin(w) * NOTCH_HZ) / (2 * hz);
  const [b, a1, a2] = [1 / (1 + alpha), (-2 * Math.cos(w)) / (1 + alpha), (1 - alpha) / (1 + alpha)];
  let [s1, s2] = [0, 0];
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i]!;
    const y = b * x + s1;
    s1 = a1 * x - a1 * y + s2;
    s2 = b * x - a2 * y;
    samples[i] = y;
  }
}
