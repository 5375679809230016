import { readRest } from './following';
import { asciiOf, BlobReader, viewOf } from './blob-reader';

export interface Box {
  type: string;
  /** In bytes, with its header. */
  size: number;
}

const HEAD_BYTES = 16;
/** Boxes beside one another in a file (ISO/IEC 14496-12, table 1). */
export const OUTERMOST = [
  'ftyp',
  'styp',
  'moov',
  'mdat',
  'free',
  'skip',
  'wide',
  'uuid',
  'sidx',
  'ssix',
  'prft',
  'emsg',
  'meta',
  'mfra',
];

/**
 * Splits joined MP4s, by the boxes with which they begin; one part, the file itself, of others. `foreignBytes`: size of what follows
 * that is no part of them.
 */
export async function mp4Parts(file: Blob): Promise<{ parts: Blob[]; foreignBytes: number }> {
  const reader = new BlobReader(file);
  const starts = [0];
  let hasSound = false;
  let foreignBytes = 0;
  for (let at = 0; at + 8 <= file.size;) {
    const box = await boxAt(reader, at);
    if (hasSound && !OUTERMOST.includes(box?.type ?? '')) ({ foreignBytes } = await readRest(reader, at));
    if (!box || foreignBytes > 0) break;
    if (box.type === 'ftyp' && hasSound) {
      starts.push(at);
      hasSound = false;
    }
    hasSound ||= box.type === 'mdat';
    at += box.size;
  }
  const end = file.size - foreignBytes;
  const isWhole = starts.length === 1 && foreignBytes === 0;
  const parts = starts.map((start, i) =>
    isWhole ? file : file.slice(start, starts[i + 1] ?? end, 'audio/mp4'),
  );
  return { parts, foreignBytes };
}

/** The box that begins here; null where there is none, or one that stands for the rest of the file. */
export async function boxAt(reader: BlobReader, at: number): Promise<Box | null> {
  const head = await reader.read(at, HEAD_BYTES);
  if (head.length < 8) return null;
  const view = viewOf(head);
  const short = view.getUint32(0);
  const size = short === 1 && head.length === HEAD_BYTES ? Number(view.getBigUint64(8)) : short;
  return size < 8 ? null : { type: asciiOf(head.subarray(4, 8)), size };
}
