import { m } from '../text/messages';
import { AudioError } from './errors';

export interface DecodeOptions {
  signal?: AbortSignal;
  /** Called with the seconds decoded and in total; where the file states no duration, the total is what is decoded. */
  onProgress?: (doneSeconds: number, totalSeconds: number) => void;
}

/** Throws `cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new AudioError('cancelled', m.audio_cancelled());
}
