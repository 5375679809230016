/** The signal contract of docs/architecture.md, in numbers. */
export const ANALYSIS_RATE_HZ = 16000;
export const ANALYSIS_HOP = 160;
export const SYNTHESIS_RATE_HZ = 24000;
export const SYNTHESIS_HOP = 240;
/** Bands of `logMel` and of both gain outputs. */
export const BANDS = 80;
export const CODE_SIZE = 128;
/** Bands of a voice's `timbre`: neighbouring bands of `logMel` averaged. */
export const TIMBRE_BANDS = 40;
/** Groups of bands whose means are all that the generator hears of the source's own `logMel`: its texture. */
export const TEXTURE_GROUPS = 5;
/** A voice's `adapter`: its rank, and inputs and outputs of all layers of the generator that it changes. */
export const ADAPTER_SHAPE = [8, 16081] as const;
/** Frames of 10 ms to one content code. */
export const FRAMES_PER_CODE = 2;
/** The code that goes with two frames was heard so much earlier, so that there is less to wait for. */
export const CODE_DELAY_FRAMES = 1;
export const LOG_MEL_FLOOR = Math.log(1e-5);
/** Natural log of power to one decibel. */
export const LOG_PER_DB = Math.LN10 / 10;
/** `loudnessDb` of digital silence: 10 log10(1e-8). */
export const SILENCE_DB = -80;

/** HTK mel scale: 2595 log10(1 + f / 700). */
export function hzToMel(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700);
}

export function melToHz(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}

/** Hann window of a period of `size` samples, as for a spectrum. */
export function periodicHann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}
