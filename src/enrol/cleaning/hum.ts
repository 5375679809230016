import { RealFft } from '../../dsp/fft';
import { ANALYSIS_RATE_HZ, periodicHann } from '../../dsp/signal';

/** 2 s: bins of 0.5 Hz separate a steady hum from a voice whose pitch moves across it. */
const SIZE = 32768;
const BIN_HZ = ANALYSIS_RATE_HZ / SIZE;
const MAX_WINDOWS = 24;
const MAINS_HZ = [50, 60];
/** Largest relative deviation of the mains frequency, or of the speed of a tape. */
const MAX_DRIFT = 0.01;
/** A spectral line is at least this far above its surroundings. */
const MIN_LINE_DB = 12;
const MAX_HARMONIC = 24;
/** Width of a notch, Hz: wide enough for the flutter of a tape. */
const NOTCH_HZ = 3;

interface Line {
  /** Number of the harmonic, 1 is the fundamental. */
  k: number;
  hz: number;
}

/**
 * Removes mains hum (50 or 60 Hz) from 16 kHz speech, in place, by a notch of 3 Hz at each harmonic found.
 *
 * Returns the fundamental in Hz, 0 if there is no hum.
 */
export function removeHum(samples: Float32Array): number {
  if (samples.length < SIZE) return 0;
  const quiet = quietSpectrum(samples);
  let best = { lines: [] as Line[], strength: 0 };
  for (const nominal of MAINS_HZ) {
    for (let hz = nominal * (1 - MAX_DRIFT); hz <= nominal * (1 + MAX_DRIFT); hz += 0.05) {
      const lines: Line[] = [];
      let strength = 0;
      for (let k = 1; k <= MAX_HARMONIC; k++) {
        const line = lineNear(quiet, k * hz);
        if (line.aboveDb < MIN_LINE_DB) continue;
        lines.push({ k, hz: line.hz });
        strength += line.aboveDb;
      }
      if (strength > best.strength) best = { lines, strength };
    }
  }
  if (best.lines.length < 2) return 0;
  for (const { hz } of best.lines) notch(samples, hz);
  const sum = (of: (line: Line) => number) => best.lines.reduce((total, line) => total + of(line), 0);
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

/** The strongest bin within 1.5 Hz of `nearHz`, and its level above the median of the bins within 10 Hz. */
function lineNear(power: Float64Array, nearHz: number): { hz: number; aboveDb: number } {
  const centre = Math.round(nearHz / BIN_HZ);
  const [near, far] = [Math.round(1.5 / BIN_HZ), Math.round(10 / BIN_HZ)];
  if (centre + far >= power.length || centre <= near) return { hz: nearHz, aboveDb: -Infinity };
  const surroundings = power.slice(Math.max(1, centre - far), centre + far + 1).sort();
  let peak = centre - near;
  for (let k = peak + 1; k <= centre + near; k++) if (power[k]! > power[peak]!) peak = k;
  const aboveDb = 10 * Math.log10((power[peak]! + 1e-20) / (surroundings[surroundings.length >> 1]! + 1e-20));
  return { hz: peak * BIN_HZ, aboveDb };
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
