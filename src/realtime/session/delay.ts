import type { LiveStats } from '../live-stats';

/** The delay from mouth to ear, split into parts. */
export interface DelayParts {
  /** From the microphone to the page, as reported by the browser; 0 where it reports none. */
  captureMs: number;
  /** Look-ahead of the networks and the synthesis. */
  modelMs: number;
  blockMs: number;
  /** Waiting time before the worker and in the playback queue. */
  waitingMs: number;
  /** From the page to the speakers, as reported by the browser. */
  playbackMs: number;
}

/** Splits the delay measured on the audio thread; what is neither model nor block is waiting time. */
export function delayParts(stats: LiveStats, captureMs: number, playbackMs: number): DelayParts {
  const modelMs = stats.get('algorithmicMs');
  const blockMs = stats.get('blockLengthMs');
  const waitingMs = Math.max(0, stats.get('delayMs') - modelMs - blockMs);
  return { captureMs, modelMs, blockMs, waitingMs, playbackMs };
}

export function totalMs(parts: DelayParts): number {
  return Object.values(parts as unknown as Record<string, number>).reduce((sum, ms) => sum + ms, 0);
}
