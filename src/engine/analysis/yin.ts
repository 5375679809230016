import { RealFft } from '../../dsp/fft';

/** Lengths in samples at 16 kHz: the input of one frame, and the window that is compared with itself `lag` samples later. */
export const PITCH_SPAN = 1024;
const WINDOW = 704;
/** Lags of 1000 and of 50 Hz. */
export const MIN_LAG = 16;
export const MAX_LAG = 320;
export const MAX_CANDIDATES = 4;
/**
 * A low difference at a lag from here on shows a period. Noise in the band of a formant is alike only over shorter lags, while a high
 * voice is alike at multiples of its period too.
 */
const LONG_LAG = 64;
/** Minima of the normalised difference above this are no candidates. */
const THRESHOLD = 1;
/** Cost that a candidate is given per octave of its lag above MIN_LAG, because multiples of the period are minima too. */
const COST_PER_OCTAVE = 0.04;
/**
 * A candidate of a depth over .02 is given the cost of a multiple of its lag (within 4 %) whose depth is less than half of its own: it
 * may be half of the period, as where the fundamental is missing. Smaller depths differ by the parabola's error alone.
 */
const MULTIPLE_TOLERANCE = 0.04;
const MULTIPLE_DEPTH = 0.5;
const EXACT_DEPTH = 0.02;

/** The deepest minima of one frame. The object is reused for every frame. */
export interface PitchCandidates {
  count: number;
  /** Root of the energy of the input. */
  amplitude: number;
  /** The lowest normalised difference at lags from 64 to 320. */
  aperiodicity: number;
  /** Samples at 16 kHz, of the minimum of a parabola, as is the depth. */
  lags: Float64Array;
  /** The normalised difference there. */
  depths: Float64Array;
  costs: Float64Array;
}

/** YIN (de Cheveigné & Kawahara 2002): cumulative mean normalised difference, eq. 8, and its minima. */
export class Yin {
  private readonly fft = new RealFft(2 * PITCH_SPAN);
  private readonly padded = new Float64Array(2 * PITCH_SPAN);
  private readonly whole = new Float64Array(4 * PITCH_SPAN);
  private readonly head = new Float64Array(4 * PITCH_SPAN);
  private readonly cross = new Float64Array(2 * PITCH_SPAN);
  private readonly energy = new Float64Array(PITCH_SPAN + 1);
  private readonly difference = new Float64Array(MAX_LAG + 1);
  private readonly found: PitchCandidates = {
    count: 0,
    amplitude: 0,
    aperiodicity: 1,
    lags: new Float64Array(MAX_CANDIDATES),
    depths: new Float64Array(MAX_CANDIDATES),
    costs: new Float64Array(MAX_CANDIDATES),
  };

  /** `samples` [1024] at 16 kHz -> up to four candidates with lags in 16..320. Valid until the next call. */
  candidates(samples: Float32Array): PitchCandidates {
    this.normalisedDifference(samples);
    const { difference: d, found } = this;
    found.count = 0;
    found.amplitude = Math.sqrt(this.energy[PITCH_SPAN]!);
    found.aperiodicity = d[LONG_LAG]!;
    for (let lag = LONG_LAG + 1; lag <= MAX_LAG; lag++)
      found.aperiodicity = Math.min(found.aperiodicity, d[lag]!);
    for (let lag = MIN_LAG; lag < MAX_LAG; lag++) {
      const a = d[lag - 1]!;
      const b = d[lag]!;
      const c = d[lag + 1]!;
      if (!(b < a && b <= c && b < THRESHOLD)) continue;
      const bend = a - 2 * b + c;
      const shift = bend > 1e-12 ? (0.5 * (a - c)) / bend : 0;
      insert(found, lag + shift, Math.max(0, b - ((a - c) * shift) / 4));
    }
    raiseFractions(found);
    return found;
  }

  private normalisedDifference(samples: Float32Array): void {
    const { fft, padded, whole, head, cross, energy, difference } = this;
    padded.fill(0);
    padded.set(samples);
    fft.forward(padded, whole);
    padded.fill(0, WINDOW);
    fft.forward(padded, head);
    for (let k = 0; k <= PITCH_SPAN; k++) {
      const hr = head[2 * k]!;
      const hi = head[2 * k + 1]!;
      const wr = whole[2 * k]!;
      const wi = whole[2 * k + 1]!;
      whole[2 * k] = hr * wr + hi * wi;
      whole[2 * k + 1] = hr * wi - hi * wr;
    }
    fft.inverse(whole, cross);
    for (let i = 0; i < PITCH_SPAN; i++) energy[i + 1] = energy[i]! + samples[i]! ** 2;
    const first = energy[WINDOW]!;
    let running = 0;
    difference[0] = 1;
    for (let lag = 1; lag <= MAX_LAG; lag++) {
      const shifted = energy[WINDOW + lag]! - energy[lag]!;
      const raw = Math.max(0, first + shifted - 2 * cross[lag]!);
      running += raw;
      difference[lag] = (raw * lag) / Math.max(running, 1e-9);
    }
  }
}

function costOf(depth: number, lag: number): number {
  return depth + COST_PER_OCTAVE * Math.log2(lag / MIN_LAG);
}

function raiseFractions({ count, lags, depths, costs }: PitchCandidates): void {
  for (let i = 0; i < count; i++) {
    if (depths[i]! <= EXACT_DEPTH) continue;
    for (let j = 0; j < count; j++) {
      const ratio = lags[j]! / lags[i]!;
      const isMultiple = ratio > 1.5 && Math.abs(ratio / Math.round(ratio) - 1) < MULTIPLE_TOLERANCE;
      if (isMultiple && depths[j]! < MULTIPLE_DEPTH * depths[i]!)
        costs[i] = Math.max(costs[i]!, costOf(depths[i]!, lags[j]!));
    }
  }
}

function insert(found: PitchCandidates, lag: number, depth: number): void {
  const { lags, depths, costs } = found;
  const cost = costOf(depth, lag);
  let place = found.count;
  while (place > 0 && costs[place - 1]! > cost) place--;
  if (place >= MAX_CANDIDATES) return;
  const last = Math.min(found.count, MAX_CANDIDATES - 1);
  lags.copyWithin(place + 1, place, last);
  depths.copyWithin(place + 1, place, last);
  costs.copyWithin(place + 1, place, last);
  lags[place] = lag;
  depths[place] = depth;
  costs[place] = cost;
  found.count = last + 1;
}
