/**
 * What lies before a part. Its clock starts again: `start`, with nothing missing; `break`, where the end of the part before is missing;
 * `late`, where its own beginning is missing; `loss`, where sound is missing of frames that have no clock. Its clock goes on: `pause`, without sound; `hole`, where sound is missing.
 */
export type Before = 'start' | 'break' | 'late' | 'loss' | 'pause' | 'hole';

/** Whether the clock of a part counts from its own beginning. */
export function startsClock(before: Before): boolean {
  return before === 'start' || before === 'break' || before === 'loss';
}

/** A part of a file, which demuxers read as a file of its own. */
export interface FilePart {
  data: Blob;
  before: Before;
  /** Seconds of sound missing before it, about, where that is a `loss`; null where that is not known. */
  lossSeconds?: number | null;
  /** What the times in it lack of those of the clock. */
  shiftSeconds: number;
  /** Seconds after which its times begin again at 0, so that those before may be negative. */
  wrapSeconds?: number;
  /** End of its sound on the clock; null where it is not known. */
  endSeconds: number | null;
  /** Whether what it says of its end is true. */
  statesEnd: boolean;
}
