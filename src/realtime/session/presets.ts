/** How delay is traded for steadiness: the smallest block, and how low the queue before the speakers may get. */
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
