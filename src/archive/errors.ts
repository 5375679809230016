import { m } from '../text/messages';
export type ArchiveErrorCode =
  'archive-changed' | 'archive-corrupt' | 'archive-full' | 'archive-newer' | 'archive-too-large';

/** A failure to write or read an archive; the message says what happened, what is safe, what to do next. */
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
  return new ArchiveError('archive-corrupt', m.archive_corrupt({ why }), { cause });
}
