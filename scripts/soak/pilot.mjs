import { readFile, writeFile } from 'node:fs/promises';
import { WINDOW_SECONDS } from './analysis.mjs';

/**
 * Pilot tones in the microphone signal: above the highest frequency of a conversion (12 kHz), below half of all sample rates of
 * a session. Where the output contains them, the microphone leaks through.
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
 * The signal at a fractional position, interpolated with a Hann-windowed sinc.
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
 * Largest gain from the microphone to the speaker signal in windows of 50 ms, measured at the pilot tones, which no conversion
 * produces: 1 where the microphone passes unchanged. `windows` is the number of measurements.
 *
 * @param {Float32Array} played signal sent to the speakers
 * @param {Float32Array} captured microphone signal of the same time
 * @param {number} sampleRateHz
 */
export function dryLeak(played, captured, sampleRateHz) {
  const size = Math.round(WINDOW_SECONDS * sampleRateHz);
  const probes = PILOT_HZ.map((hz) => probe(hz / sampleRateHz, size));
  let largest = 0;
  let windows = 0;
  for (let at = 0; at + size <= Math.min(played.length, captured.length); at += size) {
    for (const tone of probes) {
      const given = amplitudeAt(captured, at, tone);
      // With less than half of the amplitude the microphone was not running during the whole window.
      if (given < PILOT_AMPLITUDE / 2) continue;
      windows++;
      largest = Math.max(largest, amplitudeAt(played, at, tone) / given);
    }
  }
  return { largest, windows };
}

/**
 * A Hann-windowed cosine and sine, scaled so that their products with a tone give its amplitude.
 *
 * @param {number} frequency in cycles per sample
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
