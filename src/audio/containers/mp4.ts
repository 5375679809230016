import { asciiOf, BlobReader, viewOf } from './blob-reader';

const HEAD_BYTES = 16;

/** Splits joined MP4s, by the boxes with which they begin; one part, the file itself, of others. */
export async function mp4Parts(file: Blob): Promise<Blob[]> {
  const reader = new BlobReader(file);
  const starts = [0];
  let hasSound = false;
  for (let at = 0; at + 8 <= file.size;) {
    const head = await reader.read(at, HEAD_BYTES);
    const type = asciiOf(head.subarray(4, 8));
    const view = viewOf(head);
    const short = view.getUint32(0);
    const size = short === 1 && head.length === HEAD_BYTES ? Number(view.getBigUint64(8)) : short;
    // A size of 0 stands for the rest of the file.
    if (size < 8) break;
    if (type === 'ftyp' && hasSound) {
      starts.push(at);
      hasSound = false;
    }
    hasSound ||= type === 'mdat';
    at += size;
  }
  return starts.map((start, i) =>
    starts.length === 1 ? file : file.slice(start, starts[i + 1] ?? file.size, 'audio/mp4'),
  );
}
