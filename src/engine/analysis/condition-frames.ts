import { RealFft } from '../../dsp/fft';
import { FloatQueue } from '../../dsp/float-queue';
import { kernel } from '../../dsp/resample';
import { ANALYSIS_RATE_HZ, LOG_PER_DB, periodicHann } from '../../dsp/signal';
import { BANDS } from '../shapes';
import type { SpectrumFrames } from './frontend';
import { PERIODICITY_RATE_HZ, PERIODICITY_WINDOW, Periodicity } from './periodicity';

export const FRAMES_PER_SECOND = 100;
/** Groups of ten neighbouring bands of `logMel`. */
export const GROUPS = 8;
const BANDS_PER_GROUP = BANDS / GROUPS;
/** Bands below 120 Hz. */
const LOW_BANDS = 3;
const DECIMATION = ANALYSIS_RATE_HZ / PERIODICITY_RATE_HZ;
/** Half width in samples at 16 kHz of the filter before the decimation: 40 dB at 2.3 kHz and above. */
const FILTER_HALF = 16;
/** The periodicity is measured every 30 ms. */
export const FRAMES_PER_PERIODICITY = 3;
const PERIODICITY_HOP = (FRAMES_PER_PERIODICITY * PERIODICITY_RATE_HZ) / FRAMES_PER_SECOND;
/** Spectra of 2 s, one a second, up to 800 Hz: fine enough for the lines of a hum. */
const FINE_SIZE = 8192;
const FINE_HOP = FINE_SIZE / 2;
export const FINE_BIN_HZ = PERIODICITY_RATE_HZ / FINE_SIZE;
const FINE_BINS = Math.ceil(800 / FINE_BIN_HZ);
const MAX_FINE_SPECTRA = 24;
/** A band is steady if it changes by less than this (natural log of power) within STEADY_FRAMES. */
const STEADY_CHANGE = 0.7;
const STEADY_FRAMES = 5;
/** Bands further than this below the strongest of their frame (natural log of power) do not count as steady or changing. */
const STEADY_RANGE = 5;

/** A ring of the last `size` values. */
class Ring {
  readonly values: Float32Array;
  count = 0;

  constructor(size: number) {
    this.values = new Float32Array(size);
  }

  push(value: number): void {
    this.values[this.count++ % this.values.length] = value;
  }

  /** Oldest first. */
  read(): Float32Array {
    const { values, count } = this;
    if (count <= values.length) return values.slice(0, count);
    const start = count % values.length;
    const out = new Float32Array(values.length);
    out.set(values.subarray(start));
    out.set(values.subarray(0, start), values.length - start);
    return out;
  }
}

/** What `conditionFeatures` computes from. Levels in dB are those of the samples pushed. */
export interface ConditionFrames {
  /** [frames of 10 ms], dBFS. */
  loudnessDb: Float32Array;
  /** 8 arrays [frames], dB: mean of the bands of `logMel` of each group. */
  groupsDb: Float32Array[];
  /** [frames], dB: power of the bands below 120 Hz. */
  lowDb: Float32Array;
  /** [frames], 0..1: share of the strong bands that have hardly changed within 50 ms. */
  steady: Float32Array;
  /** [frames of 30 ms]: see `Periods`. */
  periodicity: Float32Array;
  lag: Float32Array;
  second: Float32Array;
  /** Power of each bin of 0.49 Hz up to 800 Hz, one spectrum a second. */
  fineSpectra: Float32Array[];
}

/** Gathers over a running window what the judgement of `conditions.ts` is computed from. */
export class ConditionMeter {
  private readonly taps = kernel(0, FILTER_HALF, 0.9 / DECIMATION);
  private readonly samples = new FloatQueue();
  private readonly decimated = new FloatQueue(2 * FINE_SIZE);
  private readonly period = new Periodicity();
  private readonly fft = new RealFft(FINE_SIZE);
  private readonly window = periodicHann(FINE_SIZE);
  private readonly fineInput = new Float64Array(FINE_SIZE);
  private readonly fineSpectrum = new Float64Array(2 * FINE_SIZE);
  private readonly loudness: Ring;
  private readonly low: Ring;
  private readonly steady: Ring;
  private readonly groups: Ring[];
  private readonly periods: [Ring, Ring, Ring];
  private readonly fine: Float32Array[] = [];
  private readonly maxFine: number;
  private readonly earlier = new Float32Array(STEADY_FRAMES * BANDS);
  private frames = 0;
  private nextPeriod = 0;
  private nextFine = 0;

  /** `frames`: length of the window in frames of 10 ms. */
  constructor(frames: number) {
    const ring = () => new Ring(frames);
    [this.loudness, this.low, this.steady] = [ring(), ring(), ring()];
    this.groups = Array.from({ length: GROUPS }, ring);
    const third = () => new Ring(Math.ceil(frames / FRAMES_PER_PERIODICITY));
    this.periods = [third(), third(), third()];
    this.maxFine = Math.min(MAX_FINE_SPECTRA, Math.max(1, Math.floor(frames / 100) - 1));
    this.samples.push(new Float32Array(FILTER_HALF));
  }

  /** Samples at 16 kHz and the frames that they complete. */
  push(samples: Float32Array, spectra: SpectrumFrames): void {
    for (let i = 0; i < spectra.frames; i++) {
      this.loudness.push(spectra.loudnessDb[i]!);
      this.pushBands(spectra.logMel.subarray(i * BANDS, (i + 1) * BANDS));
    }
    this.samples.push(samples);
    this.decimate();
    for (; this.nextPeriod + PERIODICITY_WINDOW <= this.decimated.end; this.nextPeriod += PERIODICITY_HOP) {
      const from = this.nextPeriod - this.decimated.start;
      const found = this.period.measure(this.decimated.view().subarray(from, from + PERIODICITY_WINDOW));
      this.periods[0].push(found.strength);
      this.periods[1].push(found.lag);
      this.periods[2].push(found.second);
    }
    for (; this.nextFine + FINE_SIZE <= this.decimated.end; this.nextFine += FINE_HOP) this.measureFine();
    this.decimated.dropBefore(Math.min(this.nextPeriod, this.nextFine));
  }

  read(): ConditionFrames {
    return {
      loudnessDb: this.loudness.read(),
      groupsDb: this.groups.map((ring) => ring.read()),
      lowDb: this.low.read(),
      steady: this.steady.read(),
      periodicity: this.periods[0].read(),
      lag: this.periods[1].read(),
      second: this.periods[2].read(),
      fineSpectra: [...this.fine],
    };
  }

  private pushBands(logMel: Float32Array): void {
    let strongest = -Infinity;
    for (let group = 0; group < GROUPS; group++) {
      let sum = 0;
      for (let b = group * BANDS_PER_GROUP; b < (group + 1) * BANDS_PER_GROUP; b++) {
        sum += logMel[b]!;
        if (logMel[b]! > strongest) strongest = logMel[b]!;
      }
      this.groups[group]!.push(sum / BANDS_PER_GROUP / LOG_PER_DB);
    }
    let low = 0;
    for (let b = 0; b < LOW_BANDS; b++) low += Math.exp(logMel[b]!);
    this.low.push(10 * Math.log10(low));
    const row = (this.frames++ % STEADY_FRAMES) * BANDS;
    let [steady, strong] = [0, 0];
    for (let b = 0; b < BANDS; b++) {
      if (logMel[b]! < strongest - STEADY_RANGE) continue;
      strong++;
      if (Math.abs(logMel[b]! - this.earlier[row + b]!) < STEADY_CHANGE) steady++;
    }
    this.steady.push(steady / strong);
    this.earlier.set(logMel, row);
  }

  private decimate(): void {
    const { samples, taps } = this;
    const view = samples.view();
    const first = this.decimated.end * DECIMATION - samples.start;
    const count = Math.max(0, Math.floor((view.length - first - taps.length) / DECIMATION) + 1);
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      const from = first + i * DECIMATION;
      for (let k = 0; k < taps.length; k++) sum += taps[k]! * view[from + k]!;
      out[i] = sum;
    }
    this.decimated.push(out);
    samples.dropBefore(this.decimated.end * DECIMATION);
  }

  private measureFine(): void {
    const { fineInput, fineSpectrum, window } = this;
    const view = this.decimated.view();
    const from = this.nextFine - this.decimated.start;
    for (let i = 0; i < FINE_SIZE; i++) fineInput[i] = view[from + i]! * window[i]!;
    this.fft.forward(fineInput, fineSpectrum);
    const power = Float32Array.from(
      { length: FINE_BINS },
      (_, k) => fineSpectrum[2 * k]! ** 2 + fineSpectrum[2 * k + 1]! ** 2,
    );
    this.fine.push(power);
    if (this.fine.length > this.maxFine) this.fine.shift();
  }
}
