import { RATE_HZ } from './audio.mjs';

const SOUND_METRES = 343;

/**
 * Mulberry32: 0 <= x < 1.
 *
 * @param {number} seed
 */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @param {number} count
 * @param {() => number} random
 */
export function whiteNoise(count, random) {
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
}

/**
 * Noise that falls by 3 dB per octave (Kellet's filter, as in Smith, "Spectral Audio Signal Processing").
 *
 * @param {number} count
 * @param {() => number} random
 */
export function pinkNoise(count, random) {
  let [a, b, c] = [0, 0, 0];
  return whiteNoise(count, random).map((white) => {
    a = 0.99765 * a + 0.099046 * white;
    b = 0.963 * b + 0.2965164 * white;
    c = 0.57 * c + 1.0526913 * white;
    return a + b + c + 0.1848 * white;
  });
}

/** @param {Float32Array} samples */
export function powerOf(samples) {
  return samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
}

/**
 * @param {Float32Array} samples
 * @param {Float32Array} noise at least as long
 * @param {number} snrDb
 */
export function addNoise(samples, noise, snrDb) {
  const scale = Math.sqrt(powerOf(samples) / powerOf(noise) / 10 ** (snrDb / 10));
  return samples.map((x, i) => x + scale * (noise[i] ?? 0));
}

/**
 * Impulse response of a room of 7 x 5 x 3 m by the image method (Allen & Berkley 1979), with walls that reflect 0.85 of the
 * pressure: about 0.5 s of reverberation.
 *
 * @param {number} distance metres between mouth and microphone
 */
export function roomResponse(distance) {
  const size = [7, 5, 3];
  const source = [1, 2.1, 1.5];
  const microphone = [1 + distance, 2.6, 1.3];
  const reflection = 0.85;
  const response = new Float32Array(Math.round(0.5 * RATE_HZ));
  const reach = size.map((length) => Math.ceil((0.5 * SOUND_METRES) / (2 * length)));
  /** @param {number} axis */
  const images = (axis) => {
    /** @type {[number, number][]} */
    const list = [];
    const [length, from, to] = [size[axis] ?? 0, source[axis] ?? 0, microphone[axis] ?? 0];
    for (let n = -(reach[axis] ?? 0); n <= (reach[axis] ?? 0); n++) {
      list.push([2 * n * length + from - to, Math.abs(2 * n)]);
      list.push([2 * n * length - from - to, Math.abs(2 * n - 1)]);
    }
    return list;
  };
  for (const [x, bouncesX] of images(0)) {
    for (const [y, bouncesY] of images(1)) {
      for (const [z, bouncesZ] of images(2)) {
        const metres = Math.hypot(x, y, z);
        const at = (metres / SOUND_METRES) * RATE_HZ;
        const i = Math.floor(at);
        if (i + 1 >= response.length) continue;
        const gain = reflection ** (bouncesX + bouncesY + bouncesZ) / metres;
        response[i] = (response[i] ?? 0) + gain * (1 - at + i);
        response[i + 1] = (response[i + 1] ?? 0) + gain * (at - i);
      }
    }
  }
  return response;
}

/**
 * @param {Float32Array} samples
 * @param {Float32Array} response
 * @param {typeof import('./internals.ts').RealFft} RealFft
 */
export function convolve(samples, response, RealFft) {
  const size = 2 ** Math.ceil(Math.log2(samples.length + response.length));
  const fft = new RealFft(size);
  /** @param {Float32Array} input */
  const spectrumOf = (input) => {
    const padded = new Float64Array(size);
    padded.set(input);
    const spectrum = new Float64Array(2 * size);
    fft.forward(padded, spectrum);
    return spectrum;
  };
  const a = spectrumOf(samples);
  const b = spectrumOf(response);
  for (let i = 0; i < size + 2; i += 2) {
    const [re, im] = [a[i] ?? 0, a[i + 1] ?? 0];
    a[i] = re * (b[i] ?? 0) - im * (b[i + 1] ?? 0);
    a[i + 1] = re * (b[i + 1] ?? 0) + im * (b[i] ?? 0);
  }
  const output = new Float64Array(size);
  fft.inverse(a, output);
  return Float32Array.from(output.subarray(0, samples.length));
}

/**
 * A second-order section (RBJ, "Audio EQ Cookbook").
 *
 * @param {Float32Array} samples
 * @param {'lowpass' | 'highpass' | 'peak'} kind
 * @param {number} hz
 * @param {number} q
 * @param {number} [gainDb] of a peak
 */
export function biquad(samples, kind, hz, q, gainDb = 0) {
  const w = (2 * Math.PI * hz) / RATE_HZ;
  const cos = Math.cos(w);
  const alpha = Math.sin(w) / (2 * q);
  const a = 10 ** (gainDb / 40);
  const [b0, b1, b2, a0, a2] =
    kind === 'peak'
      ? [1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, 1 - alpha / a]
      : kind === 'lowpass'
        ? [(1 - cos) / 2, 1 - cos, (1 - cos) / 2, 1 + alpha, 1 - alpha]
        : [(1 + cos) / 2, -1 - cos, (1 + cos) / 2, 1 + alpha, 1 - alpha];
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  return samples.map((x) => {
    const y = (b0 * x + b1 * x1 + b2 * x2 + 2 * cos * y1 - a2 * y2) / a0;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    return y;
  });
}

/**
 * A Butterworth filter of order 8: 48 dB per octave.
 *
 * @param {Float32Array} samples
 * @param {'lowpass' | 'highpass'} kind
 * @param {number} hz
 */
export function steep(samples, kind, hz) {
  // The Q values of its four sections.
  return [0.51, 0.601, 0.9, 2.563].reduce((signal, q) => biquad(signal, kind, hz, q), samples);
}

/**
 * Compressor: ratio 4:1 above -30 dBFS, attack 5 ms, release 80 ms, make-up gain 6 dB.
 *
 * @param {Float32Array} samples
 */
export function compress(samples) {
  const [attack, release] = [5, 80].map((ms) => Math.exp(-1000 / (ms * RATE_HZ)));
  let level = 0;
  return samples.map((x) => {
    const size = Math.abs(x);
    const slow = (size > level ? attack : release) ?? 0;
    level = slow * level + (1 - slow) * size;
    const aboveDb = Math.max(0, 20 * Math.log10(level + 1e-9) + 30);
    return 2 * x * 10 ** ((-aboveDb * 0.75) / 20);
  });
}
