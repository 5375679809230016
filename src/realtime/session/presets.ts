/** Trade-offs between delay and robustness: the smallest block in codes of 20 ms, and the margin of the playback queue. */
export interface LivePreset {
  blockCodes: number;
  marginMs: number;
}

export const LIVE_PRESETS = {
  quick: { blockCodes: 1, marginMs: 15 },
  balanced: { blockCodes: 2, marginMs: 25 },
  steady: { blockCodes: 5, marginMs: 40 },
} as const satisfies Record<string, LivePreset>;

export type LivePresetId = keyof typeof LIVE_PRESETS;
