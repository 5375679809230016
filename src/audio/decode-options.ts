import { AudioError } from './errors';

export interface DecodeOptions {
  signal?: AbortSignal;
  /** Called with the seconds decoded and in total; where the file states no duration, the total is what is decoded. */
  onProgress?: (doneSeconds: number, totalSeconds: number) => void;
}

/** Throws `cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new AudioError(
    'cancelled',
    'Opening the file was cancelled. The file is unchanged; you can open it again at any time.',
  );
}
