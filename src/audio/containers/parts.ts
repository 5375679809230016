import { startsWith } from '../sniff';
import { readFlac } from './flac';
import type { FilePart } from './file-part';
import { readMatroska } from './matroska';
import { mp3Parts } from './mp3';
import { mp4Parts } from './mp4';
import { readOgg } from './ogg';

/** A file as the parts that demuxers read one by one. */
export interface FileParts {
  /** In the order of time; the file itself unless it had to be split or repaired. */
  parts: FilePart[];
  /** Names of the sound codecs where they were read on the way. */
  codecs: string[];
  isCut: boolean;
  /** Seconds that are known to be missing at the end. */
  missingSeconds: number;
  /** Whether the mark is missing with which the file should end. */
  isUnended: boolean;
}

/** Splits chained Ogg and joined FLAC, MP3, MP4 and WebM, and leaves out what is cut off or damaged of Ogg, FLAC and WebM. */
export async function readParts(file: Blob): Promise<FileParts> {
  const head = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  const [a = 0, b = 0, c = 0, d = 0] = head;
  const start = String.fromCharCode(a, b, c, d);
  const isMp4 = startsWith(head, '....ftyp');
  const whole = { codecs: [], isCut: false, missingSeconds: 0, isUnended: false };
  const ogg = start === 'OggS' ? await readOgg(file) : null;
  if (ogg) return ogg;
  const hasTag = start.startsWith('ID3');
  const flac = start === 'fLaC' || hasTag ? await readFlac(file) : null;
  if (flac) return { ...whole, ...flac };
  const isMatroska = start === '\x1aE\xdf\xa3';
  const matroska = isMatroska ? await readMatroska(file) : null;
  if (matroska) return { ...whole, ...matroska };
  const isMp3 = hasTag || (a === 0xff && b >= 0xe0 && (b & 6) !== 0);
  const parts = isMp3 ? await mp3Parts(file) : isMp4 ? await mp4Parts(file) : [file];
  const stated = { before: 'start', shiftSeconds: 0, endSeconds: null, statesEnd: true } as const;
  return { ...whole, parts: parts.map((data) => ({ ...stated, data })) };
}
