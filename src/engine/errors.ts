import { m } from '../text/messages';

export type EngineErrorCode =
  | 'cancelled'
  | 'download-failed'
  | 'gpu-lost'
  | 'input-empty'
  | 'input-marked'
  | 'input-not-finite'
  | 'manifest-corrupt'
  | 'network-corrupt'
  | 'no-voice'
  | 'not-loaded'
  | 'quota'
  | 'runtime-failed'
  | 'voice-altered'
  | 'voice-corrupt'
  | 'voice-newer'
  | 'voice-too-large';

/**
 * An error to show to the user. The message states what happened, what is safe and what to do next.
 *
 * `name` repeats the code, because comlink passes `name` on from a worker to the page, but not `code`.
 */
export class EngineError extends Error {
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = code;
  }
}

/** Throws if the signal has been aborted: the reason if one was given, and `cancelled` otherwise. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    const { name } = (signal.reason ?? {}) as { name?: unknown };
    if (name !== 'AbortError') throw signal.reason;
    throw new EngineError('cancelled', m.engine_cancelled());
  }
}

/** The message of a caught value, for use inside another error message. */
export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
