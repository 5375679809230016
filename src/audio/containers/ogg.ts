import { asciiOf, BlobReader, viewOf } from './blob-reader';

/** What an Ogg file holds once pages that are cut off are left out. */
export interface OggFile {
  /** Its links, one after the other in time, each a file of its own that ends where it says. */
  links: Blob[];
  /** Names of the sound codecs, as `Opus`; empty where none is known. */
  codecs: string[];
  isCut: boolean;
  /** Duration of the page that was cut off, at least; 0 where it does not say. */
  missingSeconds: number;
}

interface Page {
  at: number;
  bytes: number;
  headerBytes: number;
  flags: number;
  /** Samples until the end of the page; -1 where no packet ends on it. */
  granule: number;
  serial: number;
  /** The page with another header; without it the file's own bytes are taken. */
  patched?: Uint8Array;
}

const FIRST = 2;
const LAST = 4;
const HEADER_BYTES = 27;

interface Codec {
  /** The first bytes of its first packet. */
  start: string;
  name: string;
  /** Rate of the granule positions, from its first packet. */
  rateHz: (packet: DataView) => number;
}

const CODECS: Codec[] = [
  { start: 'OpusHead', name: 'Opus', rateHz: () => 48000 },
  { start: '\x01vorbis', name: 'Vorbis', rateHz: (packet) => packet.getUint32(12, true) },
  // STREAMINFO begins at byte 17; its rate has 20 bits.
  { start: '\x7fFLAC', name: 'FLAC', rateHz: (packet) => packet.getUint32(27) >> 12 },
  { start: 'Speex   ', name: 'Speex', rateHz: (packet) => packet.getUint32(36, true) },
];

/**
 * Reads the pages of an Ogg file (RFC 3533) and repairs what demuxers stop at: a page that is cut off, links that follow the
 * first, end marks before the last page, pages without a packet, and bytes between pages.
 *
 * Resolves with null where the file does not begin with a page.
 */
export async function readOgg(file: Blob): Promise<OggFile | null> {
  const reader = new BlobReader(file);
  const links: Page[][] = [];
  const codecs: Codec[] = [];
  /** By the serial number of the stream. */
  const rates = new Map<number, number>();
  let cut: Page | undefined;
  let at = 0;
  while (at < file.size) {
    const page = await readPage(reader, at);
    if (!page) {
      if (links.length === 0) return null;
      at = await nextCapture(reader, at + 1);
      continue;
    }
    at += page.bytes;
    if (at > file.size) {
      cut = page;
      break;
    }
    const pages = links.at(-1);
    const isFirst = Boolean(page.flags & FIRST);
    if (!pages || (isFirst && !(pages.at(-1)!.flags & FIRST))) links.push([page]);
    else if (page.bytes > page.headerBytes) pages.push(page);
    else if (page.flags & LAST) await endHere(reader, pages, page);
    const codec = isFirst ? await codecOf(reader, page) : undefined;
    if (codec) codecs.push(codec);
    if (codec)
      rates.set(page.serial, codec.rateHz(viewOf(await reader.read(page.at + page.headerBytes, 40))));
  }
  for (const pages of links) await clearEarlyEnds(reader, pages);
  const missing = cut ? cut.granule - (lastGranule(links.at(-1), cut.serial) ?? cut.granule) : 0;
  return {
    links: links.map((pages) => blobOf(file, pages)),
    codecs: codecs.map((codec) => codec.name),
    isCut: cut !== undefined,
    missingSeconds: Math.max(0, missing) / (rates.get(cut?.serial ?? 0) ?? 48000),
  };
}

async function readPage(reader: BlobReader, at: number): Promise<Page | null> {
  const head = await reader.read(at, HEADER_BYTES + 255);
  if (head.length < HEADER_BYTES || asciiOf(head.subarray(0, 4)) !== 'OggS') return null;
  const view = viewOf(head);
  const segments = head[26]!;
  const lacing = head.subarray(HEADER_BYTES, HEADER_BYTES + segments);
  const headerBytes = HEADER_BYTES + segments;
  return {
    at,
    bytes: headerBytes + lacing.reduce((sum, size) => sum + size, 0),
    headerBytes,
    flags: head[5]!,
    granule: Number(view.getBigInt64(6, true)),
    serial: view.getUint32(14, true),
  };
}

/** Position of the next page, or the end of the file. */
async function nextCapture(reader: BlobReader, from: number): Promise<number> {
  for (let at = from; at < reader.size; at += 1000) {
    const found = asciiOf(await reader.read(at, 1003)).indexOf('OggS');
    if (found >= 0) return at + found;
  }
  return reader.size;
}

async function codecOf(reader: BlobReader, page: Page): Promise<Codec | undefined> {
  const packet = asciiOf(await reader.read(page.at + page.headerBytes, 8));
  return CODECS.find(({ start }) => packet.startsWith(start));
}

function lastGranule(pages: Page[] | undefined, serial: number): number | undefined {
  return pages?.findLast((page) => page.serial === serial && page.granule >= 0)?.granule;
}

/** Marks the last page of the stream as its end, in place of an end page without a packet. */
async function endHere(reader: BlobReader, pages: Page[], end: Page): Promise<void> {
  const last = pages.findLast((page) => page.serial === end.serial);
  if (last && last.granule >= 0) await patch(reader, last, last.flags | LAST, end.granule);
}

/** Demuxers stop at the first page that is marked as the last. */
async function clearEarlyEnds(reader: BlobReader, pages: Page[]): Promise<void> {
  const ended = new Set<number>();
  for (const page of pages.toReversed()) {
    if (page.flags & LAST && ended.has(page.serial)) await patch(reader, page, page.flags & ~LAST);
    ended.add(page.serial);
  }
}

async function patch(reader: BlobReader, page: Page, flags: number, granule = page.granule): Promise<void> {
  const bytes = (page.patched ?? (await reader.read(page.at, page.bytes))).slice();
  bytes[5] = flags;
  const view = viewOf(bytes);
  view.setBigInt64(6, BigInt(granule), true);
  view.setUint32(22, 0, true);
  view.setUint32(22, checksum(bytes), true);
  page.flags = flags;
  page.patched = bytes;
}

/** CRC-32 with the polynomial 0x04c11db7, initial value 0 and no reflection (RFC 3533, section 6). */
function checksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}

function blobOf(file: Blob, pages: Page[]): Blob {
  const parts: BlobPart[] = [];
  let from = pages[0]!.at;
  let to = from;
  for (const { at, bytes, patched } of pages) {
    if (at !== to || patched) {
      parts.push(file.slice(from, to));
      from = at;
    }
    to = at + bytes;
    if (!patched) continue;
    parts.push(patched as Uint8Array<ArrayBuffer>);
    from = to;
  }
  return new Blob([...parts, file.slice(from, to)], { type: 'audio/ogg' });
}
