export { detectWatermark } from './detect';
export { embedWatermark, WatermarkEmbedder } from './embed';
export { voiceId24 } from './voice-id';
export type { Detection, DetectionApi, MarkedRange, WatermarkPayload } from './types';
