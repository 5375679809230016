import { MAX_LAG } from './yin';

/** Lags compared on each side of the given one, in samples. */
const REACH = 3;
/** Samples read before and after the centre at the longest lag. */
export const REFINE_MARGIN = 2 * MAX_LAG + REACH + 2;

const differences = new Float64Array(2 * REACH + 3);

/**
 * Refines a lag (in samples at 16 kHz) on a window symmetric about `samples[centre]`.
 *
 * For each lag within three samples of `lag`, sums the squared differences between three periods of the signal and the same
 * number of samples one lag later. Returns the lag of the smallest sum, interpolated by a parabola, or `lag` if that sum is
 * not a minimum. Samples outside the array count as 0.
 *
 * YIN's own window reaches ahead of the frame, so with a gliding pitch its F0 is off by up to 70 cents.
 */
export function refineLag(samples: Float32Array, centre: number, lag: number): number {
  const near = Math.floor(lag + 0.5);
  const half = Math.floor((3 * near) / 2);
  const shortest = near - REACH - 1;
  for (let i = 0; i < differences.length; i++) {
    const first = centre - Math.floor((shortest + i) / 2);
    let sum = 0;
    for (let n = first - half; n <= first + half; n++)
      sum += ((samples[n] ?? 0) - (samples[n + shortest + i] ?? 0)) ** 2;
    differences[i] = sum;
  }
  let best = 1;
  for (let i = 2; i < differences.length - 1; i++) if (differences[i]! < differences[best]!) best = i;
  const [a, b, c] = [differences[best - 1]!, differences[best]!, differences[best + 1]!];
  if (!(a >= b && c >= b && a + c > 2 * b)) return lag;
  return shortest + best + (0.5 * (a - c)) / (a - 2 * b + c);
}
