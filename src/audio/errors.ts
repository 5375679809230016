export type AudioErrorCode =
  | 'cancelled'
  | 'channels'
  | 'codec'
  | 'device-busy'
  | 'device-lost'
  | 'empty'
  | 'no-microphone'
  | 'no-output'
  | 'no-sound'
  | 'not-audio'
  | 'not-finite'
  | 'permission-denied'
  | 'sample-rate'
  | 'silence'
  | 'too-large'
  | 'too-long'
  | 'truncated'
  | 'unreadable'
  | 'unsupported';

/** A failure of recording or reading a file that a person can act on: what happened, what is safe, what to do next. */
export class AudioError extends Error {
  readonly code: AudioErrorCode;

  constructor(code: AudioErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = 'AudioError';
  }
}
