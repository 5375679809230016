import { startsWith } from '../sniff';
import { readFlac } from './flac';
import { readAdts, readMp3 } from './frames/framed';
import type { FilePart } from './file-part';
import { readMatroska } from './matroska';
import { mp4Parts } from './mp4';
import { readFragments } from './mp4-fragments';
import { readMpegTs } from './mpeg-ts';
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
  /** Size of what follows that is no part of the recording. */
  foreignBytes: number;
}

/** Splits chained Ogg and joined files of other formats, and leaves out what is cut off or damaged, of MP4 that of fragments. */
export async function readParts(file: Blob): Promise<FileParts> {
  const head = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  const [a = 0, b = 0, c = 0, d = 0] = head;
  const start = String.fromCharCode(a, b, c, d);
  const isMp4 = startsWith(head, '....ftyp');
  const whole = { codecs: [], isCut: false, missingSeconds: 0, isUnended: false, foreignBytes: 0 };
  const ogg = start === 'OggS' ? await readOgg(file) : null;
  if (ogg) return ogg;
  const hasTag = start.startsWith('ID3');
  const flac = start === 'fLaC' || hasTag ? await readFlac(file) : null;
  if (flac) return { ...whole, ...flac };
  const isMatroska = start === '\x1aE\xdf\xa3';
  const matroska = isMatroska ? await readMatroska(file) : null;
  if (matroska) return { ...whole, ...matroska };
  const isSync = a === 0xff && b >= 0xe0;
  const framed = hasTag || isSync ? ((await readAdts(file)) ?? (await readMp3(file))) : null;
  if (framed) return { ...whole, ...framed };
  const fragments = isMp4 ? await readFragments(file) : null;
  if (fragments) return { ...whole, ...fragments };
  const mpegTs = isMp4 ? null : await readMpegTs(file);
  if (mpegTs) return { ...whole, ...mpegTs };
  const { parts, foreignBytes } = isMp4 ? await mp4Parts(file) : { parts: [file], foreignBytes: 0 };
  const stated = { before: 'start', shiftSeconds: 0, endSeconds: null, statesEnd: true } as const;
  return { ...whole, parts: parts.map((data) => ({ ...stated, data })), foreignBytes };
}
