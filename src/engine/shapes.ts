/** Shapes of what the networks take and give; docs/architecture.md, "Signals", has all of them. */

/** Bands of `logMel` and of both gain outputs. */
export const BANDS = 80;
/** Natural log of the smallest power that `logMel` tells from silence. */
export const LOG_MEL_FLOOR = Math.log(1e-5);

/** Numbers of one content code. */
export const CODE_SIZE = 128;
export const CODES_PER_SECOND = 50;
/** Frames of 10 ms to one content code. */
export const FRAMES_PER_CODE = 2;
/** A code that goes with two frames is computed from frames this much earlier, which saves look-ahead. */
export const CODE_DELAY_FRAMES = 1;

/** Bands of a voice's `timbre`: neighbouring pairs of bands of `logMel`, averaged. */
export const TIMBRE_BANDS = 40;
/** Groups of bands of the source's `logMel` whose means the generator gets, and nothing finer: the texture. */
export const TEXTURE_GROUPS = 5;
/** A voice's `adapter`: its rank, and the inputs and outputs of all layers of the generator that it changes. */
export const ADAPTER_SHAPE = [8, 16081] as const;
