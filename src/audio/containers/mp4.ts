import { asciiOf, BlobReader, viewOf } from './blob-reader';

export interface Box {
  type: string;
  /** In bytes, with its header. */
  size: number;
}

const HEAD_BYTES = 16;

/** Splits joined MP4s, by the boxes with which they begin; one part, the file itself, of others. */
export async function mp4Parts(file: Blob): Promise<Blob[]> {
  const reader = new BlobReader(file);
  const starts = [0];
  let hasSound = false;
  for (let at = 0; at + 8 <= file.size;) {
    const box = await boxAt(reader, at);
    if (!box) break;
    if (box.type === 'ftyp' && hasSound) {
      starts.push(at);
      hasSound = false;
    }
    hasSound ||= box.type === 'mdat';
    at += box.size;
  }
  return starts.map((start, i) =>
    starts.length === 1 ? file : file.slice(start, starts[i + 1] ?? file.size, 'audio/mp4'),
  );
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
