import type { BlobReader } from '../blob-reader';

/** What the header of a frame says. */
export interface Frame {
  /** Rate, channels and the like: a decoder is set up for one of them. */
  shape: string;
  /** With the header. */
  bytes: number;
  seconds: number;
}

/** A format whose frames follow one another without a container: they have a length but no time. */
export interface FrameFormat {
  mimeType: string;
  /** Of the first bytes of a frame, `HEADER_BYTES` or fewer; null where there is no header. */
  readFrame: (head: Uint8Array) => Frame | null;
  /** Whether demuxers stop at a tag between frames. */
  isSplitByTags: boolean;
}

export const HEADER_BYTES = 7;
/** Frames of one shape in a row by which a header is told from a chance pattern. */
const CONFIRMED_FRAMES = 3;

/** Whether several frames of one shape follow one another here, or two up to the end of the file. */
export async function isRun(reader: BlobReader, from: number, { readFrame }: FrameFormat): Promise<boolean> {
  let at = from;
  let shape: string | undefined;
  for (let count = 0; count < CONFIRMED_FRAMES; count++) {
    if (at >= reader.size) return count > 1;
    const frame = readFrame(await reader.read(at, HEADER_BYTES));
    if (!frame || frame.shape !== (shape ??= frame.shape)) return false;
    at += frame.bytes;
  }
  return true;
}
