import { AudioError } from './errors';

export interface DecodeOptions {
  signal?: AbortSignal;
  /** Seconds decoded so far, of how many; the total grows along where the file does not say it. */
  onProgress?: (doneSeconds: number, totalSeconds: number) => void;
}

/** Throws `cancelled` once the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new AudioError(
    'cancelled',
    'Opening the file was cancelled. The file is unchanged; open it again whenever you like.',
  );
}
