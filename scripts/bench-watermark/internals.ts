/** Modules that the bench uses, some of which are internal to src/watermark. */
export { RealFft } from '../../src/dsp/fft';
export { Resampler } from '../../src/dsp/resample';
export { embedWatermark } from '../../src/watermark';
export { upperTail } from '../../src/watermark/detector/p-value';
export { detectWatermark, DETECTION_P_VALUE } from '../../src/watermark/detect';
export { Correlator, FOLD_SIZE, foldPeriods } from '../../src/watermark/detector/correlation';
export { groupOf, UNWARPED } from '../../src/watermark/detector/warps';
export { makePattern, PATTERN } from '../../src/watermark/pattern';
export { PERIOD_STEPS, STEP_SAMPLES } from '../../src/watermark/tiling';
export { BLOCK_STEPS, correctedPValue, PatternSearch } from '../../src/watermark/detector/search';
export { Spectra } from '../../src/watermark/detector/spectra';
export { MAP_MARGIN, TileMap } from '../../src/watermark/detector/tile-map';
