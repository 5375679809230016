export type ArchiveErrorCode =
  'archive-changed' | 'archive-corrupt' | 'archive-full' | 'archive-newer' | 'archive-too-large';

/** An archive that cannot be written or read: what happened, what is safe, what to do next. */
export class ArchiveError extends Error {
  readonly code: ArchiveErrorCode;

  constructor(code: ArchiveErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    // The shell shows errors by their code.
    this.name = code;
  }
}

export function corrupt(why: string, cause?: unknown): ArchiveError {
  return new ArchiveError(
    'archive-corrupt',
    `This is no saved file of Understudy that can be read: ${why}. Nothing was stored, and what this device keeps is safe. Copy the file again from where it was saved, or save it anew on the other device.`,
    { cause },
  );
}
