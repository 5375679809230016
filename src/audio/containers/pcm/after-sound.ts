import { beginsRecording, id3Bytes, startsWith } from '../../sniff';
import { readRest } from '../following';
import { asciiOf, viewOf, type BlobReader } from '../blob-reader';

/** What follows the stated end of a WAV's samples. */
export interface AfterSound {
  /** Where the first bytes lie that are neither chunk, tag nor zeros; the size of the file where there are none. */
  at: number;
  /** Whether a chunk or a tag lies before them. */
  isNamed: boolean;
  /** Whether another recording begins there. */
  isOther: boolean;
}

/** RIFF, RIFX and RF64. */
export const WAV = 'R.......WAVE';
/** ID3v1 is the last 128 bytes of a file. */
const ID3V1_BYTES = 128;

/** Skips chunks, ID3 and APE tags and zeros from `end` on. `little`: byte order of the sizes of chunks. */
export async function readAfterSound(reader: BlobReader, end: number, little: boolean): Promise<AfterSound> {
  let isNamed = false;
  // The byte that fills an odd number of bytes is sometimes no zero, and sometimes left out.
  const isFilled = end % 2 === 1 && !(await isOther(reader, end, little));
  for (let at = isFilled && (await isOther(reader, end + 1, little)) ? end + 1 : end; ;) {
    const bytes = await namedBytes(reader, at, little);
    if (bytes > 0) {
      isNamed = true;
      at += bytes;
      continue;
    }
    const next = await skipZeros(reader, at);
    if (next === at || next === reader.size) {
      const { foreignBytes } = await readRest(reader, next);
      return { at: Math.min(next, reader.size), isNamed, isOther: foreignBytes > 0 };
    }
    at = next;
  }
}

async function isOther(reader: BlobReader, at: number, little: boolean): Promise<boolean> {
  return (await namedBytes(reader, at, little)) > 0 || (await isWav(reader, at));
}

/** Size of the chunk or tag at `at`, with the byte that fills an odd one; 0 where there is none. */
async function namedBytes(reader: BlobReader, at: number, little: boolean): Promise<number> {
  const head = await reader.read(at, 20);
  const left = reader.size - at;
  if (head.length < 10) return 0;
  if (startsWith(head, 'TAG') && left === ID3V1_BYTES) return left;
  if (startsWith(head, 'APETAGEX')) return left;
  if (startsWith(head, 'ID3')) return id3Bytes(head);
  if (beginsRecording(head)) return 0;
  const size = viewOf(head).getUint32(4, little);
  const isChunk = /^[A-Za-z0-9_ -]{4}$/.test(asciiOf(head.subarray(0, 4))) && 8 + size <= left;
  return isChunk ? 8 + size + (size % 2) : 0;
}

async function isWav(reader: BlobReader, at: number): Promise<boolean> {
  return startsWith(await reader.read(at, 12), WAV);
}

function skipZeros(reader: BlobReader, from: number): Promise<number> {
  return reader.find(from, 0, (bytes, i) => bytes[i] !== 0);
}
