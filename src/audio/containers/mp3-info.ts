import { id3Bytes } from '../sniff';
import { asciiOf, viewOf } from './blob-reader';

/** What an MP3 says of itself in a Xing or Info header. */
export interface Mp3Info {
  /** Samples to leave out at the start and at the end: what the encoder put there, and the delay of a decoder. */
  before: number;
  after: number;
  /** Frames that follow the one with the header; null where it does not say. */
  frames: number | null;
}

/** Samples by which the output of a decoder of layer 3 is late. */
const DECODER_DELAY = 529;
const HEAD_BYTES = 2048;
/** Flags of the header, and how many bytes each adds: frames, bytes, table of contents, quality. */
const FIELDS = [
  [1, 4],
  [2, 4],
  [4, 100],
  [8, 4],
] as const;

/** Resolves with null without such a header: the file's length is then an estimate from its first frame's bit rate. */
export async function readMp3Info(file: Blob): Promise<Mp3Info | null> {
  const start = id3Bytes(new Uint8Array(await file.slice(0, 10).arrayBuffer()));
  const head = new Uint8Array(await file.slice(start, start + HEAD_BYTES).arrayBuffer());
  const text = asciiOf(head);
  const at = /Xing|Info/.exec(text)?.index;
  if (at === undefined) return null;
  const flags = head[at + 7] ?? 0;
  const frames = flags & 1 && head.length >= at + 12 ? viewOf(head).getUint32(at + 8) : null;
  const tag = FIELDS.reduce((end, [flag, bytes]) => end + (flags & flag ? bytes : 0), at + 8);
  if (!/^(LAME|Lav[cf])/.test(text.slice(tag)) || head.length < tag + 24)
    return { before: 0, after: 0, frames };
  const both = viewOf(head).getUint32(tag + 20) & 0xffffff;
  return { before: (both >> 12) + DECODER_DELAY, after: Math.max(0, (both & 0xfff) - DECODER_DELAY), frames };
}
