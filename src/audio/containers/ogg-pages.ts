import { asciiOf, viewOf, type BlobReader } from './blob-reader';
import { opusDuration } from './opus';

export interface OggPage {
  at: number;
  bytes: number;
  headerBytes: number;
  flags: number;
  /** Samples until the end of the page; -1 where no packet ends on it. */
  granule: number;
  serial: number;
  /** Its number among the pages of the stream. */
  sequence: number;
  /** Whether its checksum is right. */
  isWhole: boolean;
  /** Whether bytes that are no whole page lie before it. */
  isAfterDamage: boolean;
  /** Samples of the packets that begin on it, and of the last one where that goes on on the next page, if it is a page of Opus. */
  opusSamples: number;
  openSamples: number;
  /** The page with another header or without some of its packets; without it the file's own bytes are taken. */
  patched?: Uint8Array;
}

export const CONTINUED = 1;
export const FIRST = 2;
export const LAST = 4;
const HEADER_BYTES = 27;
const CHECKSUM_AT = 22;

/** CRC-32 of each byte with the polynomial 0x04c11db7, not reflected (RFC 3533, section 6). */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/**
 * The pages of an Ogg file (RFC 3533). A page that neither has the right checksum nor is followed by another one is left out: it is
 * cut off, or its size is wrong. `cut`: such a page at the end of the file.
 *
 * Resolves with null where the file does not begin with a page.
 */
export async function readPages(reader: BlobReader): Promise<{ pages: OggPage[]; cut?: OggPage } | null> {
  const pages: OggPage[] = [];
  let torn: OggPage | undefined;
  let isAfterDamage = false;
  for (let at = 0; at < reader.size;) {
    const page = await readPage(reader, at);
    if (page && (page.isWhole || (await isBoundary(reader, at + page.bytes)))) {
      pages.push({ ...page, isAfterDamage });
      at += page.bytes;
      isAfterDamage = false;
      torn = undefined;
      continue;
    }
    if (pages.length === 0) return null;
    torn = page ?? torn;
    isAfterDamage = true;
    at = await nextCapture(reader, at + 1);
  }
  return torn ? { pages, cut: torn } : { pages };
}

async function readPage(reader: BlobReader, at: number): Promise<OggPage | null> {
  const head = await reader.read(at, HEADER_BYTES + 255);
  if (head.length < HEADER_BYTES || asciiOf(head.subarray(0, 4)) !== 'OggS') return null;
  const view = viewOf(head);
  const headerBytes = HEADER_BYTES + head[26]!;
  const lacing = head.slice(HEADER_BYTES, headerBytes);
  const length = headerBytes + lacing.reduce((sum, size) => sum + size, 0);
  const flags = head[5]!;
  const page = {
    at,
    bytes: length,
    headerBytes,
    flags,
    granule: Number(view.getBigInt64(6, true)),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    isAfterDamage: false,
  };
  const stated = view.getUint32(CHECKSUM_AT, true);
  const bytes = await reader.read(at, length);
  const isWhole = bytes.length === length && checksum(bytes) === stated;
  return { ...page, isWhole, ...opusSamplesOf(bytes.subarray(headerBytes), lacing, flags) };
}

function opusSamplesOf(body: Uint8Array, lacing: Uint8Array, flags: number) {
  let [opusSamples, openSamples] = [0, 0];
  let isStart = !(flags & CONTINUED);
  let at = 0;
  for (const size of lacing) {
    if (isStart) opusSamples += openSamples = opusDuration(body.subarray(at, at + 2));
    at += size;
    isStart = size < 255;
    if (isStart) openSamples = 0;
  }
  return { opusSamples, openSamples };
}

/** Whether a page begins or the file ends here. */
async function isBoundary(reader: BlobReader, at: number): Promise<boolean> {
  return at === reader.size || asciiOf(await reader.read(at, 4)) === 'OggS';
}

/** Position of the next page, or the end of the file. */
function nextCapture(reader: BlobReader, from: number): Promise<number> {
  return reader.find(
    from,
    3,
    (bytes, i) => bytes[i] === 0x4f && asciiOf(bytes.subarray(i, i + 4)) === 'OggS',
  );
}

/** Changes a page's flags and granule position. */
export async function patchHeader(
  reader: BlobReader,
  page: OggPage,
  flags: number,
  granule = page.granule,
): Promise<void> {
  const bytes = (page.patched ?? (await reader.read(page.at, page.bytes))).slice();
  bytes[5] = flags;
  viewOf(bytes).setBigInt64(6, BigInt(granule), true);
  page.flags = flags;
  seal(page, bytes);
}

/** Leaves out the end of a packet that began on a page before. Resolves with false where nothing else is on the page. */
export async function dropTail(reader: BlobReader, page: OggPage): Promise<boolean> {
  if (!(page.flags & CONTINUED)) return true;
  const bytes = page.patched ?? (await reader.read(page.at, page.bytes));
  const lacing = bytes.subarray(HEADER_BYTES, page.headerBytes);
  const segments = lacing.findIndex((size) => size < 255) + 1;
  if (segments === 0 || segments === lacing.length) return false;
  const tail = lacing.subarray(0, segments).reduce((sum, size) => sum + size, 0);
  const kept = new Uint8Array(bytes.length - segments - tail);
  kept.set(bytes.subarray(0, HEADER_BYTES));
  kept.set(lacing.subarray(segments), HEADER_BYTES);
  kept.set(bytes.subarray(page.headerBytes + tail), page.headerBytes - segments);
  kept[26] = lacing.length - segments;
  kept[5] = page.flags &= ~CONTINUED;
  seal(page, kept);
  return true;
}

function seal(page: OggPage, bytes: Uint8Array): void {
  viewOf(bytes).setUint32(CHECKSUM_AT, checksum(bytes), true);
  page.patched = bytes;
}

/** Of a page, whose own checksum counts as 0. */
function checksum(bytes: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = i >= CHECKSUM_AT && i < CHECKSUM_AT + 4 ? 0 : bytes[i]!;
    crc = (crc << 8) ^ CRC[(crc >>> 24) ^ byte]!;
  }
  return crc >>> 0;
}

/** These pages as a file. */
export function fileOf(file: Blob, pages: OggPage[]): Blob {
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
