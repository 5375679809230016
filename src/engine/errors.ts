export type EngineErrorCode =
  | 'cancelled'
  | 'download-failed'
  | 'gpu-lost'
  | 'input-empty'
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
 * A failure a person can act on: what happened, what is safe, what to do next.
 *
 * The code is also the error's `name`, because that is what survives the way out of a worker.
 */
export class EngineError extends Error {
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = code;
  }
}

/** Throws `cancelled` once the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new EngineError(
      'cancelled',
      'The conversion was cancelled. Your recording is unchanged; convert it again whenever you like.',
    );
  }
}

/** What an unknown thrown value says, for the end of a message. */
export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
