import { readFile, writeFile } from 'node:fs/promises';
import { WINDOW_SECONDS } from './analysis.mjs';

/**
 * Tones that the microphone hears beside the speech: above all that a conversion can hold (12 kHz), below half of every rate
 * a session may run at. Where they are heard, the microphone is.
 */
const PILOT_HZ = [13_300, 14_200, 15_100];
const PILOT_AMPLITUDE = 0.02;
const PILOT_RATE_HZ = 48_000;
const HEADER_BYTES = 44;
const HALF_WIDTH = 24;

/**
 * Writes a recording for the fake microphone: speech (16-bit mono WAV) at 48 kHz, with the tones.
 *
 * @param {string} speech
 * @param {string} target
 */
export async function writeMicrophone(speech, target) {
  const bytes = await readFile(speech);
  const rateHz = bytes.readUInt32LE(24);
  const samples = Float32Array.from(
    { length: (bytes.length - HEADER_BYTES) / 2 },
    (_, i) => bytes.readInt16LE(HEADER_BYTES + 2 * i) / 32768,
  );
  const count = Math.floor((samples.length * PILOT_RATE_HZ) / rateHz);
  const out = Buffer.alloc(HEADER_BYTES + 2 * count);
  bytes.copy(out, 0, 0, HEADER_BYTES);
  out.writeUInt32LE(out.length - 8, 4);
  out.writeUInt32LE(PILOT_RATE_HZ, 24);
  out.writeUInt32LE(2 * PILOT_RATE_HZ, 28);
  out.writeUInt32LE(2 * count, 40);
  for (let n = 0; n < count; n++) {
    let value = between(samples, (n * rateHz) / PILOT_RATE_HZ);
    for (const hz of PILOT_HZ) value += PILOT_AMPLITUDE * Math.sin((2 * Math.PI * hz * n) / PILOT_RATE_HZ);
    out.writeInt16LE(Math.round(32767 * Math.max(-1, Math.min(1, value))), HEADER_BYTES + 2 * n);
  }
  await writeFile(target, out);
}

/**
 * The signal at a place between two samples, by a sinc under a Hann window.
 *
 * @param {Float32Array} samples
 * @param {number} place
 */
function between(samples, place) {
  const first = Math.floor(place) - HALF_WIDTH + 1;
  let sum = 0;
  for (let i = first; i < first + 2 * HALF_WIDTH; i++) {
    const x = place - i;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    sum += (samples[i] ?? 0) * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / HALF_WIDTH));
  }
  return sum;
}

/**
 * How much of the microphone is in what the speakers got, in the worst window of 50 ms: 1 where it comes through as it
 * is. Both are compared at the tones, which no conversion makes; `windows` counts where that could be done.
 *
 * @param {Float32Array} heard
 * @param {Float32Array} spoken what the microphone gave at the same time
 * @param {number} sampleRateHz
 */
export function dryLeak(heard, spoken, sampleRateHz) {
  const size = Math.round(WINDOW_SECONDS * sampleRateHz);
  const probes = PILOT_HZ.map((hz) => probe(hz / sampleRateHz, size));
  let largest = 0;
  let windows = 0;
  for (let at = 0; at + size <= Math.min(heard.length, spoken.length); at += size) {
    for (const tone of probes) {
      const given = amplitudeAt(spoken, at, tone);
      // Half of it and less: the microphone was not there all the time.
      if (given < PILOT_AMPLITUDE / 2) continue;
      windows++;
      largest = Math.max(largest, amplitudeAt(heard, at, tone) / given);
    }
  }
  return { largest, windows };
}

/**
 * A tone under a Hann window, both phases, scaled so that its own amplitude is read off it.
 *
 * @param {number} frequency in cycles a sample
 * @param {number} size
 */
function probe(frequency, size) {
  const phase = (/** @type {number} */ i) => 2 * Math.PI * frequency * i;
  const hann = (/** @type {number} */ i) => (2 / size) * (1 - Math.cos((2 * Math.PI * i) / size));
  return {
    cosine: Float64Array.from({ length: size }, (_, i) => hann(i) * Math.cos(phase(i))),
    sine: Float64Array.from({ length: size }, (_, i) => hann(i) * Math.sin(phase(i))),
  };
}

/**
 * @param {Float32Array} samples
 * @param {number} at
 * @param {{ cosine: Float64Array, sine: Float64Array }} tone
 */
function amplitudeAt(samples, at, { cosine, sine }) {
  let re = 0;
  let im = 0;
  for (let i = 0; i < cosine.length; i++) {
    const x = samples[at + i] ?? 0;
    re += x * (cosine[i] ?? 0);
    im += x * (sine[i] ?? 0);
  }
  return Math.hypot(re, im);
}
