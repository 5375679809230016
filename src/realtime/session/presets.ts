/** Trade-offs between delay and robustness: the smallest block in codes of 20 ms, and the margin of the playback queue. */
export interface LivePreset {
  label: string;
  blockCodes: number;
  marginMs: number;
}

export const LIVE_PRESETS = {
  quick: { label: 'Least delay', blockCodes: 1, marginMs: 15 },
  balanced: { label: 'Balanced', blockCodes: 2, marginMs: 25 },
  steady: { label: 'Steady, for slow devices', blockCodes: 5, marginMs: 40 },
} as const satisfies Record<string, LivePreset>;

export type LivePresetId = keyof typeof LIVE_PRESETS;
