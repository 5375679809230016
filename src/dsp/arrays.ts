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
