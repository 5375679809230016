import { mp3Parts } from './mp3';
import { readOgg } from './ogg';

/** A file as the parts that demuxers read one by one. */
export interface FileParts {
  /** In the order of time; the file itself unless it had to be split or repaired. */
  parts: Blob[];
  /** Names of the sound codecs where they were read on the way. */
  codecs: string[];
  isCut: boolean;
  /** Seconds that are known to be missing at the end. */
  missingSeconds: number;
}

/** Splits chained Ogg and joined MP3, and leaves out what is cut off at the end of an Ogg. */
export async function readParts(file: Blob): Promise<FileParts> {
  const [a = 0, b = 0, c = 0, d = 0] = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const start = String.fromCharCode(a, b, c, d);
  const ogg = start === 'OggS' ? await readOgg(file) : null;
  if (ogg) return { ...ogg, parts: ogg.links };
  const isMp3 = start.startsWith('ID3') || (a === 0xff && b >= 0xe0 && (b & 6) !== 0);
  return { parts: isMp3 ? await mp3Parts(file) : [file], codecs: [], isCut: false, missingSeconds: 0 };
}
