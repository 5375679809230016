/**
 * Uniform numbers in [0, 1) from a seed: mulberry32 (Ettinger 2017). The watermark's pattern is drawn from it: with another
 * generator, existing marks are no longer detected.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
