export type ConsentErrorCode =
  | 'consent-altered'
  | 'consent-expired'
  | 'consent-invalid'
  | 'consent-missing'
  | 'consent-not-yet'
  | 'consent-other'
  | 'consent-revoked'
  | 'consent-use'
  | 'signature-failed';

/**
 * A voice must not be used, or cannot be signed. The message states why, what is safe and what to do next.
 *
 * `name` repeats the code, because comlink passes `name` on from a worker to the page, but not `code`.
 */
export class ConsentError extends Error {
  readonly code: ConsentErrorCode;

  constructor(code: ConsentErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = code;
  }
}
