/** Sizes of the networks' inputs and outputs; docs/architecture.md, "Signals", lists all of them. */

/** Bands of `logMel` and of the harmonic and noise gains. */
export const BANDS = 80;
/** Smallest value of `logMel`: natural log of a power of 1e-5. */
export const LOG_MEL_FLOOR = Math.log(1e-5);

/** Dimension of a content code. */
export const CODE_SIZE = 128;
export const CODES_PER_SECOND = 50;
/** Frames of 10 ms per content code. */
export const FRAMES_PER_CODE = 2;
/**
 * The code used for frames 2k and 2k + 1 is computed from frames 2k - 1 and 2k, which saves 10 ms of look-ahead
 * (models/log/0015-adapters.md).
 */
export const CODE_DELAY_FRAMES = 1;

/** Dimension of the ear's features, 50 a second. */
export const FEATURES = 512;

/** Bands of a voice's `timbre`: means of two neighbouring bands of `logMel`. */
export const TIMBRE_BANDS = 40;
/** The generator averages the source's `logMel` over 5 groups of 16 bands (the texture) and uses nothing finer. */
export const TEXTURE_GROUPS = 5;
/**
 * A voice's `adapter`: its rank, and the sum of the inputs and outputs of all generator layers that it changes (`adapter_size`,
 * over the layers in `adaptable`, in models/pipeline/networks.py).
 */
export const ADAPTER_SHAPE = [8, 16081] as const;
