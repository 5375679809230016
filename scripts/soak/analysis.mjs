import { readFile } from 'node:fs/promises';

const HIGHEST_PEAK = 0.98;
export const WINDOW_SECONDS = 0.05;
const COMPARED_HZ = 8000;
const AUDIBLE_RMS = 3e-4;
/** Least correlation of two windows that count as equal. */
const SAME = 0.9;

/** @param {string} file raw float32 */
export async function readSamples(file) {
  const bytes = await readFile(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/**
 * Largest difference between the output of a session and the offline conversion of its input, which is attenuated as a whole
 * to a peak of 0.98 where it would clip.
 *
 * @param {Float32Array} live
 * @param {Float32Array} offline
 */
export function largestDifference(live, offline) {
  const peak = offline.length > live.length ? peakOf(live) : peakOf(live.subarray(0, offline.length));
  const scale = Math.min(1, HIGHEST_PEAK / peak);
  let largest = 0;
  const length = Math.min(live.length, offline.length);
  for (let i = 0; i < length; i++)
    largest = Math.max(largest, Math.abs(scale * (live[i] ?? 0) - (offline[i] ?? 0)));
  return largest;
}

/**
 * Counts windows of 50 ms of the speaker signal that do not occur at the expected position in the offline conversion: gaps,
 * jumps, clicks. The clock of the speakers may drift, so every window is searched for around the position of the last.
 *
 * @param {Float32Array} played
 * @param {number} playedHz
 * @param {Float32Array} offline
 * @param {number} offlineHz
 * @param {number} settlingSeconds after the first sound that are not counted
 */
export function countGlitches(played, playedHz, offline, offlineHz, settlingSeconds) {
  const a = downsample(played, playedHz);
  const b = downsample(offline, offlineHz);
  const size = WINDOW_SECONDS * COMPARED_HZ;
  let lag = NaN;
  let glitches = 0;
  let windows = 0;
  let from = Infinity;
  for (let at = 0; at + size <= a.length; at += size) {
    if (rms(a, at, size) < AUDIBLE_RMS * 10) continue;
    from = Math.min(from, at + settlingSeconds * COMPARED_HZ);
    if (at >= from) windows++;
    const near = Number.isNaN(lag) ? undefined : bestLag(a, at, size, b, lag - 12, lag + 12);
    const found = near && near.score >= SAME ? near : bestLag(a, at, size, b, ...wide(lag));
    if (!(near && near.score >= SAME) && at >= from) glitches++;
    if (found.score >= SAME) lag = found.lag;
  }
  return { glitches, windows };
}

/**
 * Range of lags to search: wide until the first window is found, around the last lag afterwards.
 *
 * @param {number} lag
 * @returns {[number, number]}
 */
function wide(lag) {
  return Number.isNaN(lag)
    ? [-5 * COMPARED_HZ, COMPARED_HZ / 2]
    : [lag - COMPARED_HZ / 2, lag + COMPARED_HZ / 2];
}

/**
 * @param {Float32Array} a
 * @param {number} at
 * @param {number} size
 * @param {Float32Array} b
 * @param {number} from
 * @param {number} to
 */
function bestLag(a, at, size, b, from, to) {
  let best = { lag: from, score: -1 };
  for (let lag = Math.ceil(from); lag <= to; lag++) {
    if (at + lag < 0 || at + lag + size > b.length) continue;
    const score = correlation(a, at, b, at + lag, size);
    if (score > best.score) best = { lag, score };
  }
  return best;
}

/**
 * @param {Float32Array} a
 * @param {number} atA
 * @param {Float32Array} b
 * @param {number} atB
 * @param {number} size
 */
function correlation(a, atA, b, atB, size) {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < size; i++) {
    const x = a[atA + i] ?? 0;
    const y = b[atB + i] ?? 0;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/**
 * Resamples to 8 kHz with a triangular filter of two output samples to either side; the remaining aliases are far below speech.
 *
 * @param {Float32Array} samples
 * @param {number} sampleRateHz
 */
function downsample(samples, sampleRateHz) {
  const step = sampleRateHz / COMPARED_HZ;
  const half = Math.ceil(2 * step);
  const out = new Float32Array(Math.floor(samples.length / step));
  for (let n = 0; n < out.length; n++) {
    const centre = n * step;
    let sum = 0;
    let weight = 0;
    for (let i = Math.ceil(centre - half); i <= centre + half; i++) {
      if (i < 0 || i >= samples.length) continue;
      const w = 1 - Math.abs(i - centre) / (half + 1);
      sum += w * (samples[i] ?? 0);
      weight += w;
    }
    out[n] = sum / weight;
  }
  return out;
}

/**
 * @param {Float32Array} samples
 * @param {number} at
 * @param {number} size
 */
function rms(samples, at, size) {
  let sum = 0;
  for (let i = at; i < at + size; i++) sum += (samples[i] ?? 0) ** 2;
  return Math.sqrt(sum / size);
}

/** @param {Float32Array} samples */
function peakOf(samples) {
  let peak = 0;
  for (const x of samples) peak = Math.max(peak, Math.abs(x));
  return peak;
}
