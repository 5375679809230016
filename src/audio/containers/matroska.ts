import { BlobReader, viewOf } from './blob-reader';
import type { FilePart } from './file-part';
import { readRest } from './following';

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const SEEK_HEAD = 0x114d9b74;
const CUES = 0x1c53bb6b;
/** Elements that lie in a segment (RFC 9559, section 5). */
const IN_SEGMENT = [SEEK_HEAD, 0x1549a966, 0x1654ae6b, CUES, 0x1254c367, 0x1043a770, 0x1941a469];
/** Elements that lie in a cluster, and padding and checksums. */
const IN_CLUSTER = [0xe7, 0xa3, 0xa0, 0xa7, 0xab, 0xaf, 0x5854, 0xec, 0xbf];
/** Holding the others: their sizes are not needed, and often not known. */
const ENTERED = [SEGMENT, CLUSTER];

interface Element {
  id: number;
  at: number;
  /** Where what follows it begins; of a segment or a cluster, what it holds. */
  next: number;
}

/** What a WebM or Matroska file holds once what is damaged is left out. */
export interface MatroskaFile {
  /** One after the other in time, each a file of its own. */
  parts: FilePart[];
  isCut: boolean;
  foreignBytes: number;
}

/** Clusters in a row. */
interface Run {
  from: number;
  to: number;
  /** The last one, where it breaks off. */
  torn?: Element;
}

/** One of several files in a row. */
interface Link {
  at: number;
  /** Elements before the first cluster. */
  head: Element[];
  runs: Run[];
  isDamaged: boolean;
}

/**
 * Splits a WebM or Matroska file where another one begins, and at damage, after which it goes on with the next cluster.
 *
 * Resolves with null where it is one file without damage, and nothing else follows it.
 */
export async function readMatroska(file: Blob): Promise<MatroskaFile | null> {
  const { links, foreignBytes } = await readLinks(new BlobReader(file));
  const runs = links.flatMap((link) => link.runs);
  const isCut = runs.at(-1)?.torn !== undefined;
  if (runs.length === 0 || (runs.length === 1 && !isCut && foreignBytes === 0)) return null;
  return {
    parts: links.flatMap((link, i) =>
      partsOf(file, link, i > 0 && links[i - 1]!.runs.at(-1)!.torn !== undefined),
    ),
    isCut,
    foreignBytes,
  };
}

/** Those that hold a cluster, and the size of what follows that is no Matroska. */
async function readLinks(reader: BlobReader): Promise<{ links: Link[]; foreignBytes: number }> {
  const links: Link[] = [];
  let foreignBytes = 0;
  /** The run that goes on here, and its last cluster where that goes on too. */
  let run: Run | undefined;
  let cluster: Element | undefined;
  let last = 0;
  for (let at = 0; at < reader.size;) {
    const element = await elementAt(reader, at);
    if (element?.id === EBML) {
      links.push({ at, head: [], runs: [], isDamaged: false });
      run = undefined;
    }
    const link = links.at(-1);
    if (!link) break;
    if (!element) {
      ({ foreignBytes } = await readRest(reader, at, '\x1aE\xdf\xa3'));
      if (foreignBytes > 0) break;
      const start = await nextStart(reader, last + 1);
      if (run && cluster) run.torn = cluster;
      // The element before was cut off within.
      if (run && start < run.to) run.to = last;
      run = cluster = undefined;
      at = last = start;
      // What is cut off at the end of the file is no damage in its middle.
      link.isDamaged ||= at < reader.size;
      continue;
    }
    if (element.id === CLUSTER && !run) link.runs.push((run = { from: at, to: at }));
    if (element.id === CLUSTER) cluster = element;
    else if (!IN_CLUSTER.includes(element.id)) cluster = undefined;
    if (run) run.to = element.next;
    else if (link.runs.length === 0) link.head.push(element);
    last = at;
    at = element.next;
  }
  return { links: links.filter(({ runs }) => runs.length > 0), foreignBytes };
}

/** Null where there is none that is known here, or not all of it. */
async function elementAt(reader: BlobReader, at: number): Promise<Element | null> {
  const bytes = await reader.read(at, 12);
  const idBytes = Math.clz32((bytes[0] ?? 0) << 24) + 1;
  const sizeBytes = Math.clz32((bytes[idBytes] ?? 0) << 24) + 1;
  if (idBytes > 4 || sizeBytes > 8 || bytes.length < idBytes + sizeBytes) return null;
  const id = bytes.subarray(0, idBytes).reduce((value, byte) => value * 256 + byte, 0);
  const start = at + idBytes + sizeBytes;
  if (ENTERED.includes(id)) return { id, at, next: start };
  if (![EBML, ...IN_SEGMENT, ...IN_CLUSTER].includes(id)) return null;
  const first = bytes[idBytes]! & (0xff >> sizeBytes);
  const size = bytes
    .subarray(idBytes + 1, idBytes + sizeBytes)
    .reduce((value, byte) => value * 256 + byte, first);
  return start + size <= reader.size ? { id, at, next: start + size } : null;
}

/** Position of the next cluster or file, or the end of the file. */
function nextStart(reader: BlobReader, from: number): Promise<number> {
  return reader.find(from, 3, (bytes, i) => {
    if ((bytes[i] !== 0x1a && bytes[i] !== 0x1f) || i + 4 > bytes.length) return false;
    return [EBML, CLUSTER].includes(viewOf(bytes).getUint32(i));
  });
}

function partsOf(file: Blob, { at, head, runs, isDamaged }: Link, isAfterDamage: boolean): FilePart[] {
  const start = isDamaged ? headOf(file, head) : file.slice(at, runs[0]!.from);
  return runs.map((run, i) => ({
    data: new Blob([start, ...clustersOf(file, run)], { type: 'video/webm' }),
    before: i > 0 ? 'hole' : isAfterDamage ? 'break' : 'start',
    shiftSeconds: 0,
    endSeconds: null,
    statesEnd: !isDamaged,
  }));
}

/** The elements before the clusters, with padding in place of those that say where others lie. */
function headOf(file: Blob, head: Element[]): Blob {
  const parts = head.map(({ id, at, next }) => {
    if (id !== SEEK_HEAD && id !== CUES) return file.slice(at, next);
    const padding = new Uint8Array(next - at);
    padding.set([0xec, 1]);
    viewOf(padding).setUint32(5, padding.length - 9);
    return padding;
  });
  return new Blob(parts);
}

/** A cluster that breaks off is given the size that is there, since demuxers leave out those that are incomplete. */
function clustersOf(file: Blob, { from, to, torn }: Run): BlobPart[] {
  if (!torn) return [file.slice(from, to)];
  const head = new Uint8Array(12);
  viewOf(head).setUint32(0, CLUSTER);
  head[4] = 1;
  viewOf(head).setUint32(8, to - torn.next);
  return [file.slice(from, torn.at), head, file.slice(torn.next, to)];
}
