import type { LiveStats } from '../live-stats';

/** Where the time between mouth and ear goes, in ms. */
export interface DelayParts {
  /** From the microphone to the page, as the browser has it; 0 where it does not say. */
  captureMs: number;
  /** What the networks and the synthesis have to hear before they can speak. */
  modelMs: number;
  blockMs: number;
  /** Waiting: for the worker, and before the speakers. */
  queueMs: number;
  /** From the page to the ear, as the browser has it. */
  playbackMs: number;
}

/** Of the delay that the audio thread measures, what is neither model nor block is waiting. */
export function delayParts(stats: LiveStats, captureMs: number, playbackMs: number): DelayParts {
  const modelMs = stats.get('algorithmicMs');
  const blockMs = stats.get('blockLengthMs');
  const queueMs = Math.max(0, stats.get('delayMs') - modelMs - blockMs);
  return { captureMs, modelMs, blockMs, queueMs, playbackMs };
}

export function totalMs(parts: DelayParts): number {
  return Object.values(parts as unknown as Record<string, number>).reduce((sum, ms) => sum + ms, 0);
}
