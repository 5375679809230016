/**
 * What can stop working in a kiosk; the names are also the codes on the screen and in the staff's list.
 *
 * - `start`: the networks could not be loaded, or did not run.
 * - `worker`: the worker that converts has ended, or does not answer.
 * - `sound`: the sound output does not start, or its clock stands still.
 * - `microphone`: it cannot be opened, has gone, became another one, or delivers nothing.
 * - `storage`: networks or voices are missing on this device, or could not be downloaded.
 * - `gpu`: the graphics processor was lost.
 * - `clock`: the clock of the device was set, or the device has slept.
 */
export const FAULTS = ['start', 'worker', 'sound', 'microphone', 'storage', 'gpu', 'clock'] as const;

export type Fault = (typeof FAULTS)[number];

const STORAGE = new Set<unknown>([
  'download-failed',
  'manifest-corrupt',
  'network-corrupt',
  'voice-corrupt',
  'quota',
  'unavailable',
]);

/** The fault behind an error of the converter or the player; null for one that a repair would not mend. */
export function faultOf(error: unknown): Fault | null {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  if (name === 'WorkerLostError') return 'worker';
  if (name === 'gpu-lost') return 'gpu';
  if (code === 'no-output') return 'sound';
  // Only the name of an error comes through comlink.
  return STORAGE.has(code) || STORAGE.has(name) ? 'storage' : null;
}
