export type ConsentErrorCode =
  | 'consent-altered'
  | 'consent-expired'
  | 'consent-invalid'
  | 'consent-missing'
  | 'consent-not-yet'
  | 'consent-revoked'
  | 'consent-use'
  | 'signature-failed';

/**
 * A voice that may not be used: why, what is safe, what to do next.
 *
 * The code is also the error's `name`, because that is what survives the way out of a worker.
 */
export class ConsentError extends Error {
  readonly code: ConsentErrorCode;

  constructor(code: ConsentErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = code;
  }
}
