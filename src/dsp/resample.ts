import { concat } from './arrays';
import { FloatQueue } from './float-queue';

/** Kernel half width in zero crossings, and Kaiser beta for 80 dB of stop band. */
const HALF_WIDTH = 64;
const KAISER_BETA = 8;
/** Cut-off as a share of the lower Nyquist frequency; the transition ends just at Nyquist. */
const CUTOFF = 0.9625;
/** Above this many phases the table is sampled and interpolated linearly. */
const MAX_PHASES = 640;
const CHUNK_SECONDS = 10;

/** A rate that cannot be resampled. As in errors of the engine, the code is also the `name`, which survives the way out of a worker. */
export class SampleRateError extends Error {
  readonly code = 'input-rate';

  constructor(rateHz: number) {
    super(
      `This recording says it has ${rateHz} samples a second; 8000 to 192000 can be converted. The file is unchanged; save it at 48000 and try again.`,
    );
    this.name = this.code;
  }
}

/**
 * Streaming band-limited resampler for mono samples at any whole rate from 8 to 192 kHz.
 *
 * Polyphase Kaiser-windowed sinc (Smith, "Digital Audio Resampling"). Output n is the input at time
 * n / outputRate, without delay; how the input is cut into pieces changes nothing.
 */
export class Resampler {
  private readonly up: number;
  private readonly down: number;
  private readonly phases: number;
  private readonly half: number;
  private readonly table: Float64Array[];
  private readonly input = new FloatQueue(16384);
  private produced = 0;

  /** Throws a SampleRateError for input rates that are not whole or outside 8..192 kHz. */
  constructor(inputRateHz: number, outputRateHz: number) {
    if (!Number.isInteger(inputRateHz) || inputRateHz < 8000 || inputRateHz > 192000) {
      throw new SampleRateError(inputRateHz);
    }
    const divisor = gcd(inputRateHz, outputRateHz);
    this.up = outputRateHz / divisor;
    this.down = inputRateHz / divisor;
    this.phases = Math.min(this.up, MAX_PHASES);
    const cutoff = CUTOFF * Math.min(1, outputRateHz / inputRateHz);
    this.half = Math.ceil(HALF_WIDTH / cutoff);
    this.table = Array.from({ length: this.phases + 1 }, (_, p) =>
      kernel(p / this.phases, this.half, cutoff),
    );
    this.input.push(new Float32Array(this.half));
  }

  /** Returns the outputs that these samples complete. */
  push(samples: Float32Array): Float32Array {
    this.input.push(samples);
    // The queue begins with `half` zeros, so the input's own index 0 sits at `half`.
    const ready = Math.floor(((this.input.end - 2 * this.half - 1) * this.up) / this.down) + 1;
    return this.produceUntil(Math.max(this.produced, ready));
  }

  /** Flushes with zeros; in all, ceil(inputs * outputRate / inputRate) samples come out. */
  end(): Float32Array {
    const total = Math.ceil(((this.input.end - this.half) * this.up) / this.down);
    this.input.push(new Float32Array(this.half + 1));
    return this.produceUntil(total);
  }

  private produceUntil(end: number): Float32Array {
    const { up, down, phases, half, table } = this;
    const output = new Float32Array(end - this.produced);
    const data = this.input.view();
    const taps = 2 * half + 1;
    for (let i = 0; i < output.length; i++) {
      const position = (this.produced + i) * down;
      const base = Math.floor(position / up);
      const phase = ((position - base * up) * phases) / up;
      const row = Math.floor(phase);
      const mix = phase - row;
      const from = base - this.input.start;
      let sum = dot(table[row]!, data, from, taps);
      if (mix > 0) sum += mix * (dot(table[row + 1]!, data, from, taps) - sum);
      output[i] = sum;
    }
    this.produced = end;
    this.input.dropBefore(Math.floor((end * down) / up));
    return output;
  }
}

/**
 * Resamples all of `samples` [n] at once into [ceil(n toHz / fromHz)]; returns `samples` itself where the rates are equal.
 *
 * Throws a SampleRateError.
 */
export function resample(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return samples;
  const resampler = new Resampler(fromHz, toHz);
  return concat([resampler.push(samples), resampler.end()]);
}

/**
 * Resamples 10 seconds at a time into [ceil(n toHz / fromHz)], after awaiting `pause` with the share that is done (0..1).
 * Equal rates are filtered too. Rejects with a SampleRateError, or with what `pause` rejects with.
 */
export async function resampleInChunks(
  samples: Float32Array,
  fromHz: number,
  toHz: number,
  pause: (fraction: number) => Promise<void>,
): Promise<Float32Array<ArrayBuffer>> {
  const resampler = new Resampler(fromHz, toHz);
  const output = new Float32Array(Math.ceil((samples.length * toHz) / fromHz));
  const chunk = CHUNK_SECONDS * fromHz;
  let done = 0;
  const keep = (part: Float32Array) => {
    output.set(part, done);
    done += part.length;
  };
  for (let at = 0; at < samples.length; at += chunk) {
    await pause(at / samples.length);
    keep(resampler.push(samples.subarray(at, at + chunk)));
  }
  keep(resampler.end());
  return output;
}

function dot(weights: Float64Array, data: Float32Array, from: number, taps: number): number {
  let sum = 0;
  for (let k = 0; k < taps; k++) sum += weights[k]! * data[from + k]!;
  return sum;
}

/** Taps [2 half + 1] for an output that lies `fraction` samples after input `half`, of unit gain at 0 Hz. */
export function kernel(fraction: number, half: number, cutoff: number): Float64Array {
  const taps = new Float64Array(2 * half + 1);
  let sum = 0;
  for (let k = 0; k < taps.length; k++) {
    const x = k - half - fraction;
    const inside = 1 - (x / (half + 1)) ** 2;
    const angle = Math.PI * cutoff * x;
    const sinc = Math.abs(angle) < 1e-12 ? 1 : Math.sin(angle) / angle;
    taps[k] = inside > 0 ? sinc * besselI0(KAISER_BETA * Math.sqrt(inside)) : 0;
    sum += taps[k]!;
  }
  for (let k = 0; k < taps.length; k++) taps[k]! /= sum;
  return taps;
}

function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
