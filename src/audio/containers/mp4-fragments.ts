import { asciiOf, BlobReader, viewOf } from './blob-reader';
import type { FilePart } from './file-part';
import { readRest } from './following';
import { boxAt, OUTERMOST, type Box } from './mp4';

/** What a fragmented MP4 holds once what is damaged is left out. */
export interface FragmentedFile {
  /** One after the other in time, each a file of its own. */
  parts: FilePart[];
  /** Whether it ends within a box or a fragment, or before the last fragment that its index names. */
  isCut: boolean;
  /** Seconds that its index states but that are missing at the end. */
  missingSeconds: number;
  foreignBytes: number;
}

/** Fragments in a row. */
interface Run {
  from: number;
  to: number;
  /** Where the last one begins. */
  last: number;
}

/** Of the box with which that of a fragment begins. */
const START = '\0\0\0\x10mfhd';
const HEAD_BYTES = 16;
const MIN_BOX_BYTES = 8;
/** Of the boxes of a fragment that are searched for its position. */
const SEARCHED_BYTES = 256;

/**
 * Splits a fragmented MP4 at damage, after which it goes on with the next fragment. The fragment in which damage begins is left out.
 *
 * Resolves with null where it is no such file, or several in a row.
 */
export async function readFragments(file: Blob): Promise<FragmentedFile | null> {
  const reader = new BlobReader(file);
  const head: Blob[] = [];
  const runs: Run[] = [];
  let run: Run | undefined;
  let end = 0;
  let foreignBytes = 0;
  let missingSeconds = 0;
  /** Whether the box of a fragment lacks the one with its samples. */
  let isOpen = false;
  /** Whether the file ends within the head of a box. */
  let isTorn = false;
  for (let at = 0; at < file.size;) {
    const box = await boxAt(reader, at);
    if (box?.type === 'moof') {
      if (run) run.last = at;
      else runs.push((run = { from: at, to: at, last: at }));
    } else if (!box || !(await isBeside(reader, at, box))) {
      if (runs.length === 0) return null;
      const rest = await readRest(reader, at);
      ({ foreignBytes } = rest);
      isTorn = rest.isDamage && file.size - at < MIN_BOX_BYTES;
      if (isTorn || !rest.isDamage) break;
      if (run) run.to = run.last;
      at = await nextFragment(reader, (run?.last ?? at) + 1);
      run = undefined;
      continue;
    } else if (box.type === 'ftyp' || box.type === 'moov') {
      if (runs.length > 0) return null;
      head.push(file.slice(at, at + box.size));
    }
    if (box.type === 'sidx') missingSeconds = Math.max(missingSeconds, await missingOf(reader, at, box.size));
    if (box.type === 'moof' || box.type === 'mdat') isOpen = box.type === 'moof';
    end = at = at + box.size;
    if (run && box.type === 'mdat') run.to = Math.min(at, file.size);
  }
  if (runs.length === 0) return null;
  const isCut = !run || isOpen || isTorn || end > file.size;
  if (runs.length === 1)
    return {
      parts: [onlyPart(file, foreignBytes)],
      isCut: isCut || missingSeconds > 0,
      missingSeconds,
      foreignBytes,
    };
  const start = new Blob(head);
  const whole = runs.filter(({ from, to }) => to > from);
  return {
    parts: await Promise.all(
      whole.map(async ({ from, to }, i): Promise<FilePart> => {
        const isFirst = i === 0 && from === runs[0]!.from;
        const padding = paddingOf(file, (await statedPosition(file, from)) - start.size);
        const data = isFirst ? [file.slice(0, to)] : [start, ...padding, file.slice(from, to)];
        return {
          data: new Blob(data, { type: 'audio/mp4' }),
          before: isFirst ? 'start' : 'hole',
          shiftSeconds: 0,
          endSeconds: null,
          statesEnd: false,
        };
      }),
    ),
    isCut,
    // Bytes cut out of the middle are no less at the end.
    missingSeconds: 0,
    foreignBytes,
  };
}

function onlyPart(file: Blob, foreignBytes: number): FilePart {
  const data = foreignBytes > 0 ? file.slice(0, file.size - foreignBytes, 'audio/mp4') : file;
  return { data, before: 'start', shiftSeconds: 0, endSeconds: null, statesEnd: true };
}

/** Seconds of the fragments that an index names and that are not all there (ISO/IEC 14496-12, section 8.16.3). */
async function missingOf(reader: BlobReader, at: number, size: number): Promise<number> {
  const bytes = await reader.read(at, size);
  const isLong = bytes[8] === 1;
  const first = isLong ? 36 : 28;
  if (bytes.length < size || size < first + 4) return 0;
  const view = viewOf(bytes);
  const timescale = view.getUint32(16);
  const offset = isLong ? Number(view.getBigUint64(28)) : view.getUint32(24);
  let [end, missing] = [at + size + offset, 0];
  for (let entry = first + 4; entry + 12 <= size; entry += 12) {
    end += view.getUint32(entry) & 0x7fffffff;
    if (end > reader.size) missing += view.getUint32(entry + 4);
  }
  return missing / timescale;
}

/** Of a box that is not known here, whether one that is known or the end of the file follows. */
async function isBeside(reader: BlobReader, at: number, { type, size }: Box): Promise<boolean> {
  if (OUTERMOST.includes(type) || at + size === reader.size) return true;
  const next = await boxAt(reader, at + size);
  return next !== null && ['moof', ...OUTERMOST].includes(next.type);
}

/** Position of the next fragment, or the end of the file. */
function nextFragment(reader: BlobReader, from: number): Promise<number> {
  return reader.find(
    from,
    HEAD_BYTES,
    (bytes, i) => bytes[i + 4] === 0x6d && asciiOf(bytes.subarray(i + 4, i + HEAD_BYTES)) === `moof${START}`,
  );
}

/** Where a fragment lay before bytes were cut out, so far as it says; 0 where its own position does not matter. */
async function statedPosition(file: Blob, at: number): Promise<number> {
  const bytes = new Uint8Array(await file.slice(at, at + SEARCHED_BYTES).arrayBuffer());
  const name = asciiOf(bytes).indexOf('tfhd');
  if (name < 0 || name + 20 > bytes.length) return 0;
  const view = viewOf(bytes);
  // Flag 1: the track's number is followed by a base for the offsets of its samples.
  return view.getUint32(name + 4) & 1 ? Number(view.getBigUint64(name + 12)) : 0;
}

/** A box to pass over, of so many bytes, which are those of the file again and again; nothing where there is no room for one. */
function paddingOf(file: Blob, size: number): BlobPart[] {
  if (size < HEAD_BYTES) return [];
  const head = new Uint8Array(HEAD_BYTES);
  head.set([0, 0, 0, 1, 0x66, 0x72, 0x65, 0x65]);
  viewOf(head).setBigUint64(8, BigInt(size));
  const parts: BlobPart[] = [head];
  for (let left = size - HEAD_BYTES; left > 0; left -= file.size) parts.push(file.slice(0, left));
  return parts;
}
