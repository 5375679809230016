export { detectWatermark } from './detect';
export { embedWatermark, markSamples, WatermarkEmbedder } from './embed';
export type { MarkedSamples } from './marked';
export { voiceId24 } from './voice-id';
export type { Detection, DetectionApi, MarkedRange, WatermarkPayload } from './types';
