import { m } from '../text/messages';
import { number } from '../text/format';
import { concat } from './arrays';
import { FloatQueue } from './float-queue';

/** Default half width of the kernel in zero crossings; Kaiser beta for 80 dB of stop-band attenuation. */
const HALF_WIDTH = 64;
const KAISER_BETA = 8;
/** Cut-off as a share of the lower of the two Nyquist frequencies; the transition band ends at that frequency. */
const CUTOFF = 0.9625;
/** Ratios with more phases than this use a table of 640 phases, interpolated linearly. */
const MAX_PHASES = 640;
const CHUNK_SECONDS = 10;
const MIN_RATE_HZ = 8000;
const MAX_RATE_HZ = 192000;

/** The sample rate is not supported. As in `EngineError`, `name` repeats the code, because comlink passes `name` on to the page. */
export class SampleRateError extends Error {
  readonly code = 'input-rate';

  constructor(rateHz: number) {
    const [low, high, good] = [number(MIN_RATE_HZ), number(MAX_RATE_HZ), number(48000)];
    super(m.engine_sample_rate({ rate: number(rateHz), low, high, good }));
    this.name = this.code;
  }
}

/**
 * Streaming band-limited resampler for mono samples at any whole rate from 8 to 192 kHz.
 *
 * Polyphase Kaiser-windowed sinc (Smith, "Digital Audio Resampling"). Output n is the input at time
 * n / outputRate, without delay. The output does not depend on how the input is split into pushes.
 */
export class Resampler {
  private readonly up: number;
  private readonly down: number;
  private readonly phases: number;
  private readonly half: number;
  private readonly table: Float64Array[];
  private readonly input = new FloatQueue(16384);
  private produced = 0;

  /**
   * `halfWidth` of the kernel in zero crossings: what is only measured may have a wider transition band for less computing.
   * Throws a SampleRateError unless the input rate is an integer from 8000 to 192 000 Hz.
   */
  constructor(inputRateHz: number, outputRateHz: number, halfWidth = HALF_WIDTH) {
    if (!Number.isInteger(inputRateHz) || inputRateHz < MIN_RATE_HZ || inputRateHz > MAX_RATE_HZ) {
      throw new SampleRateError(inputRateHz);
    }
    const divisor = gcd(inputRateHz, outputRateHz);
    this.up = outputRateHz / divisor;
    this.down = inputRateHz / divisor;
    this.phases = Math.min(this.up, MAX_PHASES);
    const cutoff = CUTOFF * Math.min(1, outputRateHz / inputRateHz);
    this.half = Math.ceil(halfWidth / cutoff);
    this.table = Array.from({ length: this.phases + 1 }, (_, p) =>
      kernel(p / this.phases, this.half, cutoff),
    );
    this.input.push(new Float32Array(this.half));
  }

  /** Returns the output samples that are complete with these input samples. */
  push(samples: Float32Array): Float32Array {
    this.input.push(samples);
    // The queue starts with `half` zeros, so input sample 0 has index `half`.
    const ready = Math.floor(((this.input.end - 2 * this.half - 1) * this.up) / this.down) + 1;
    return this.produceUntil(Math.max(this.produced, ready));
  }

  /** Flushes with zeros; the total output is ceil(inputs * outputRate / inputRate) samples. */
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
 * Resamples `samples` [n] in one call into [ceil(n toHz / fromHz)]; returns `samples` itself where the rates are equal.
 *
 * Throws a SampleRateError.
 */
export function resample(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return samples;
  const resampler = new Resampler(fromHz, toHz);
  return concat([resampler.push(samples), resampler.end()]);
}

/**
 * Resamples `samples` [n] in chunks of 10 seconds into [ceil(n toHz / fromHz)]; before each chunk it awaits `pause` with
 * the fraction done (0..1). Equal rates are filtered too. Rejects with a SampleRateError, or with what `pause` rejects with.
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

/** Filter taps [2 half + 1] for an output that lies `fraction` samples after input sample `half`; unit gain at 0 Hz. */
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
