/** What the bench measures, beyond what the app may use. */
export { RealFft } from '../../src/dsp/fft';
export { Resampler } from '../../src/dsp/resample';
export { embedWatermark } from '../../src/watermark';
export { upperTail } from '../../src/watermark/detector/chance';
export { detectWatermark, PROVEN } from '../../src/watermark/detect';
export { Correlator, FOLD_SIZE, foldMap } from '../../src/watermark/detector/fold';
export { groupOf, UNBENT } from '../../src/watermark/detector/hypotheses';
export { makePattern, PATTERN } from '../../src/watermark/pattern';
export { PERIOD_STEPS, STEP_SAMPLES } from '../../src/watermark/grid';
export { BLOCK_STEPS, chanceOfFinding, PatternSearch } from '../../src/watermark/detector/search';
export { Spectra } from '../../src/watermark/detector/spectra';
export { MAP_MARGIN, TileMap } from '../../src/watermark/detector/tile-map';
