import type { LiveStats } from '../live-stats';

/** The delay of microphone, speakers and what lies between them and the page. */
export type DeviceDelay =
  | {
      /** Both, and the air between them, as the chirp measured them. */
      measuredMs: number;
    }
  | {
      /** As reported by the browser, which leaves out what it does not know; 0 where it reports nothing. */
      captureMs: number;
      playbackMs: number;
    };

/** The delay from mouth to ear, split into parts. */
export interface DelayParts {
  devices: DeviceDelay;
  /** Look-ahead of the networks and the synthesis. */
  modelMs: number;
  blockMs: number;
  /** Waiting time before the worker and in the playback queue. */
  waitingMs: number;
}

/** Splits the delay measured on the audio thread, to which `devices` is added; what is neither model nor block is waiting time. */
export function delayParts(stats: LiveStats, devices: DeviceDelay): DelayParts {
  const modelMs = stats.get('algorithmicMs');
  const blockMs = stats.get('blockLengthMs');
  const waitingMs = Math.max(0, stats.get('delayMs') - modelMs - blockMs);
  return { devices, modelMs, blockMs, waitingMs };
}

export function totalMs({ devices, modelMs, blockMs, waitingMs }: DelayParts): number {
  const outside = 'measuredMs' in devices ? devices.measuredMs : devices.captureMs + devices.playbackMs;
  return outside + modelMs + blockMs + waitingMs;
}
