export { detectWatermark } from './detect';
export { embedWatermark } from './embed';
export { voiceId24 } from './voice-id';
export type { Detection, DetectionApi, WatermarkPayload } from './types';
