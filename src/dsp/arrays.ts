/** Parts end to end in one new array. */
export function concat(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The value that a share of them (0..1) does not exceed, without interpolation; undefined where there are none. */
export function quantile(values: Float32Array, share: number): number | undefined {
  const sorted = values.slice().sort();
  return sorted[Math.floor(share * (sorted.length - 1))];
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Peak that a whole take is kept below, so that it does not clip. */
const HIGHEST_PEAK = 0.98;

/** Scales all of `samples` in place so that no peak exceeds 0.98; returns them. */
export function limitPeak(samples: Float32Array): Float32Array {
  let peak = 0;
  for (const x of samples) peak = Math.max(peak, Math.abs(x));
  if (peak > HIGHEST_PEAK) for (let i = 0; i < samples.length; i++) samples[i]! *= HIGHEST_PEAK / peak;
  return samples;
}
