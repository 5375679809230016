/** Concatenates `parts` into one new array. */
export function concat(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The `share` quantile (0..1) of `values`, without interpolation; undefined for an empty array. */
export function quantile(values: Float32Array, share: number): number | undefined {
  const sorted = values.slice().sort();
  return sorted[Math.floor(share * (sorted.length - 1))];
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

const MAX_PEAK = 0.98;

/** Scales all of `samples` in place by one factor so that no peak exceeds 0.98 of full scale; returns `samples`. */
export function limitPeak(samples: Float32Array): Float32Array {
  let peak = 0;
  for (const x of samples) peak = Math.max(peak, Math.abs(x));
  if (peak > MAX_PEAK) for (let i = 0; i < samples.length; i++) samples[i]! *= MAX_PEAK / peak;
  return samples;
}
