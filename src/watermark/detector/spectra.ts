import { RealFft } from '../../dsp/fft';
import { periodicHann } from '../../dsp/signal';
import { FRAME_SAMPLES, STEP_SAMPLES } from '../tiling';

const BINS = FRAME_SAMPLES / 2 + 1;
/** Values of one step: cumulative power below bin 0, 1, .. BINS. */
export const SPECTRUM_SIZE = BINS + 1;
/** Pauses are steps this far below the 95th percentile of the steps' power, or below `SILENCE_DB` re full scale. */
const ACTIVE_RANGE_DB = 40;
const SILENCE_DB = -90;

/** Consecutive steps of a recording, with `margin` steps before and after them. */
export interface SpectrumBlock {
  firstStep: number;
  /** [SPECTRUM_SIZE, margin + steps + margin]: cumulative power below every bin. */
  spectra: Float64Array;
  /** [margin + steps + margin]: 0 in pauses and beyond the ends of the recording, else 1. */
  active: Uint8Array;
}

/** Short-time spectra of a recording at 24 kHz, block by block. */
export class Spectra {
  readonly steps: number;
  private readonly pausePower: number;
  private readonly fft = new RealFft(FRAME_SAMPLES);
  private readonly window = periodicHann(FRAME_SAMPLES);
  private readonly frame = new Float64Array(FRAME_SAMPLES);
  private readonly spectrum = new Float64Array(2 * FRAME_SAMPLES);

  constructor(private readonly samples: Float32Array) {
    this.steps = Math.floor(samples.length / STEP_SAMPLES);
    const powers = new Float64Array(this.steps);
    for (let step = 0; step < this.steps; step++) powers[step] = this.powerOf(step);
    powers.sort();
    const loud = powers[Math.floor(0.95 * (this.steps - 1))] ?? 0;
    this.pausePower = Math.max(loud * 10 ** (-ACTIVE_RANGE_DB / 10), 10 ** (SILENCE_DB / 10));
  }

  /** Number of steps that are no pause, of `count` from `first` on. */
  activeSteps(first: number, count: number): number {
    let active = 0;
    for (let step = first; step < first + count; step++) if (this.isActive(step)) active++;
    return active;
  }

  block(firstStep: number, steps: number, margin: number): SpectrumBlock {
    const rows = steps + 2 * margin;
    const spectra = new Float64Array(rows * SPECTRUM_SIZE);
    const active = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) {
      const step = firstStep - margin + row;
      active[row] = this.isActive(step) ? 1 : 0;
      this.measure(step, spectra, row, rows);
    }
    return { firstStep, spectra, active };
  }

  private isActive(step: number): boolean {
    return step >= 0 && step < this.steps && this.powerOf(step) > this.pausePower;
  }

  /** Mean square of the STEP_SAMPLES samples around the step's middle. */
  private powerOf(step: number): number {
    const start = Math.max(0, step * STEP_SAMPLES - STEP_SAMPLES / 2);
    const end = Math.min(this.samples.length, start + STEP_SAMPLES);
    let sum = 0;
    for (let i = start; i < end; i++) sum += this.samples[i]! ** 2;
    return sum / STEP_SAMPLES;
  }

  /** Writes the cumulative spectrum of the Hann-windowed frame around the step's middle, sample step * STEP_SAMPLES, as row `row` of `rows`. */
  private measure(step: number, into: Float64Array, row: number, rows: number): void {
    const { frame, window, spectrum, samples } = this;
    const start = step * STEP_SAMPLES - FRAME_SAMPLES / 2;
    if (start >= samples.length || start + FRAME_SAMPLES <= 0) return;
    for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = (samples[start + i] ?? 0) * window[i]!;
    this.fft.forward(frame, spectrum);
    let sum = 0;
    for (let bin = 0; bin < BINS; bin++) {
      into[bin * rows + row] = sum;
      sum += spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2;
    }
    into[BINS * rows + row] = sum;
  }
}
