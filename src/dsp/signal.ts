/** Sample rates and hops (samples per 10 ms frame) of analysis and synthesis; see docs/architecture.md, "Signals". */
export const ANALYSIS_RATE_HZ = 16000;
export const ANALYSIS_HOP = 160;
export const SYNTHESIS_RATE_HZ = 24000;
export const SYNTHESIS_HOP = 240;
/** One decibel as a natural log of power: ln(10) / 10. */
export const LOG_PER_DB = Math.LN10 / 10;
/** `loudnessDb` of digital silence, dBFS: 10 log10(1e-8). */
export const SILENCE_DB = -80;

/** HTK mel scale: 2595 log10(1 + f / 700). */
export function hzToMel(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700);
}

export function melToHz(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}

/** Periodic Hann window [size]: one period of `size` samples. */
export function periodicHann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}
