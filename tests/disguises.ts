import { RealFft } from '../src/dsp/fft';
import { seededRandom } from '../src/dsp/random';
import { periodicHann } from '../src/dsp/signal';

/* Disguises of speech at 16 kHz for tests: rooms, noises and a whisper, each the same at every run. */

const RATE_HZ = 16_000;

function level(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}

/** `made` at the level of `speech`. */
function atLevelOf(speech: Float32Array, made: Float32Array): Float32Array {
  const factor = level(speech) / level(made);
  return made.map((x) => factor * x);
}

/** `other` added `snrDb` below the level of `speech`, repeated where it is shorter. */
export function mix(speech: Float32Array, other: Float32Array, snrDb: number): Float32Array {
  const gain = (level(speech) / level(other)) * 10 ** (-snrDb / 20);
  return speech.map((x, i) => x + gain * other[i % other.length]!);
}

export function noise(samples: number, seed: number): Float32Array {
  const next = seededRandom(seed);
  return Float32Array.from({ length: samples }, () => gaussian(next));
}

/** Speech behind a direct sound and a decaying noise whose energy is `reverberantDb` above that of the direct sound. */
export function inRoom(speech: Float32Array, rt60: number, reverberantDb: number): Float32Array {
  const next = seededRandom(5);
  const tail = Float32Array.from(
    { length: Math.round(rt60 * RATE_HZ) },
    (_, i) => gaussian(next) * Math.exp((-6.91 * i) / (rt60 * RATE_HZ)),
  );
  const energy = tail.reduce((sum, x) => sum + x * x, 0);
  const gain = Math.sqrt(10 ** (reverberantDb / 10) / energy);
  const response = tail.map((x, i) => (i === 0 ? 1 : i < 160 ? 0 : gain * x));
  return atLevelOf(speech, convolve(speech, response));
}

/** Mains hum at 50 Hz with ten harmonics. */
export function hum(samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => {
    let sum = 0;
    for (let k = 1; k <= 10; k++) sum += Math.sin((2 * Math.PI * 50 * k * i) / RATE_HZ + k * k) / k ** 0.5;
    return sum;
  });
}

/** Noise below some 80 Hz. */
export function rumble(samples: number): Float32Array {
  const out = noise(samples, 9);
  for (let pass = 0; pass < 2; pass++) {
    let state = 0;
    for (let i = 0; i < samples; i++) out[i] = state += 0.03 * (out[i]! - state);
  }
  return out;
}

/** The smoothed spectrum of speech with random phases, flattened by 6 dB per octave. */
export function whispered(speech: Float32Array): Float32Array {
  const [size, hop, smooth] = [512, 128, 8];
  const next = seededRandom(3);
  const fft = new RealFft(size);
  const window = periodicHann(size).map(Math.sqrt);
  const input = new Float64Array(size);
  const spectrum = new Float64Array(2 * size);
  const out = new Float32Array(speech.length + size);
  for (let from = 0; from + size <= speech.length; from += hop) {
    for (let i = 0; i < size; i++) input[i] = speech[from + i]! * window[i]!;
    fft.forward(input, spectrum);
    const magnitudes = Float64Array.from({ length: size / 2 + 1 }, (_, k) =>
      Math.hypot(spectrum[2 * k]!, spectrum[2 * k + 1]!),
    );
    for (let k = 0; k <= size / 2; k++) {
      const around = magnitudes.subarray(Math.max(0, k - smooth), k + smooth + 1);
      const magnitude = (around.reduce((sum, x) => sum + x, 0) / around.length) * k;
      spectrum[2 * k] = magnitude * gaussian(next);
      spectrum[2 * k + 1] = magnitude * gaussian(next);
    }
    fft.inverse(spectrum, input);
    for (let i = 0; i < size; i++) out[from + i]! += input[i]! * window[i]!;
  }
  return atLevelOf(speech, out.subarray(0, speech.length));
}

function convolve(samples: Float32Array, response: Float32Array): Float32Array {
  let size = 1;
  while (size < samples.length + response.length) size *= 2;
  const fft = new RealFft(size);
  const spectrumOf = (values: Float32Array) => {
    const input = new Float64Array(size);
    input.set(values);
    const spectrum = new Float64Array(2 * size);
    fft.forward(input, spectrum);
    return spectrum;
  };
  const [a, b] = [spectrumOf(samples), spectrumOf(response)];
  for (let k = 0; k <= size / 2; k++) {
    const re = a[2 * k]! * b[2 * k]! - a[2 * k + 1]! * b[2 * k + 1]!;
    a[2 * k + 1] = a[2 * k]! * b[2 * k + 1]! + a[2 * k + 1]! * b[2 * k]!;
    a[2 * k] = re;
  }
  const out = new Float64Array(size);
  fft.inverse(a, out);
  return Float32Array.from(out.subarray(0, samples.length));
}

/** Mean 0, variance 1 (Box & Muller 1958). */
function gaussian(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
