import { JITTER_SECONDS, MAX_GAP_SECONDS } from '../limits';
import { asciiOf, BlobReader, viewOf } from './blob-reader';
import type { Before, FilePart } from './file-part';
import { readRest } from './following';
import { dropTail, fileOf, FIRST, LAST, patchHeader, readPages, type OggPage } from './ogg-pages';

/** What an Ogg file holds once pages that are cut off or damaged are left out. */
export interface OggFile {
  /** One after the other in time, each a file of its own that ends where it says. */
  parts: FilePart[];
  /** Names of the sound codecs, as `Opus`; empty where none is known. */
  codecs: string[];
  /** Whether a page was cut off at the end. */
  isCut: boolean;
  /** Duration of that page, at least; 0 where it does not say. */
  missingSeconds: number;
  /** Whether the end mark is missing although no page is cut off. */
  isUnended: boolean;
  /** Size of what follows that is no Ogg. */
  foreignBytes: number;
}

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

/** A stream of sound in a link. */
interface Stream {
  codec: string;
  rateHz: number;
  isEnded: boolean;
  last: OggPage;
  /** The last granule position. */
  granule: number;
}

interface Link {
  pages: OggPage[];
  /** By serial number. */
  streams: Map<number, Stream>;
  /** Where pages are missing or time is, by the index of the page that follows. */
  gaps: Map<number, Before>;
  /** What lies before the next page that is kept. */
  gap?: Before | undefined;
  /** A page that was left out since the last one of its stream. */
  dropped?: OggPage | undefined;
}

/**
 * Reads the pages of an Ogg file and repairs what demuxers stop at or pass over: pages that are cut off, damaged or missing, links
 * that follow the first, end marks before the last page, pages without a packet, bytes between pages, and a clock that jumps.
 *
 * Resolves with null where the file does not begin with a page.
 */
export async function readOgg(file: Blob): Promise<OggFile | null> {
  const reader = new BlobReader(file);
  const read = await readPages(reader);
  if (!read) return null;
  // Some programs write no checksums.
  const hasChecksums = 2 * read.pages.filter(({ isWhole }) => isWhole).length >= read.pages.length;
  const links: Link[] = [];
  for (const page of read.pages) {
    const isFirst = Boolean(page.flags & FIRST);
    if (!links.length || (isFirst && !(links.at(-1)!.pages.at(-1)!.flags & FIRST)))
      links.push({ pages: [], streams: new Map(), gaps: new Map() });
    await addPage(reader, links.at(-1)!, page, hasChecksums);
  }
  for (const { pages } of links) await clearEarlyEnds(reader, pages);
  const last = links.at(-1)!;
  const cut = read.cut ?? last.dropped;
  const lastPage = read.pages.at(-1)!;
  const { foreignBytes } = await readRest(reader, lastPage.at + lastPage.bytes, 'OggS');
  return {
    parts: links.flatMap((link, i) =>
      partsOf(file, link, i > 0 && !isEnded(links[i - 1]!) ? 'break' : 'start'),
    ),
    codecs: links.flatMap(({ streams }) => [...streams.values()].map(({ codec }) => codec)),
    isCut: cut !== undefined,
    missingSeconds: cut ? lengthOf(cut, last) : 0,
    isUnended: !cut && !isEnded(last),
    foreignBytes,
  };
}

async function addPage(reader: BlobReader, link: Link, page: OggPage, hasChecksums: boolean): Promise<void> {
  if (page.flags & FIRST) await addStream(reader, link, page);
  const stream = link.streams.get(page.serial);
  if (stream && page.flags & LAST) stream.isEnded = true;
  if (page.bytes === page.headerBytes) {
    if (page.flags & LAST) await endHere(reader, link.pages, page);
    return;
  }
  if (!stream) {
    link.pages.push(page);
    return;
  }
  const samples = samplesOf(page, stream);
  if (hasChecksums && !page.isWhole && !isInTime(page, stream, samples)) {
    link.dropped = page;
    return;
  }
  // Decoders of whole files leave out what has a wrong checksum.
  if (hasChecksums && !page.isWhole) await patchHeader(reader, page, page.flags);
  link.gap ??= gapBefore(page, stream, samples);
  stream.last = page;
  if (page.granule >= 0) stream.granule = page.granule;
  link.dropped = undefined;
  if (link.gap && !(await dropTail(reader, page))) return;
  if (link.gap) link.gaps.set(link.pages.length, link.gap);
  link.gap = undefined;
  link.pages.push(page);
}

async function addStream(reader: BlobReader, link: Link, page: OggPage): Promise<void> {
  const packet = new Uint8Array(40);
  packet.set(await reader.read(page.at + page.headerBytes, packet.length));
  const codec = CODECS.find(({ start }) => asciiOf(packet.subarray(0, 8)).startsWith(start));
  if (!codec) return;
  const rateHz = codec.rateHz(viewOf(packet));
  link.streams.set(page.serial, { codec: codec.name, rateHz, isEnded: false, last: page, granule: 0 });
}

/** Samples of the packets that end on the page, as the packets of Opus state them; NaN for other codecs. */
function samplesOf(page: OggPage, { codec, last }: Stream): number {
  return codec === 'Opus' ? last.openSamples + page.opusSamples - page.openSamples : NaN;
}

/** Whether the page is a header or as long as its packets, so that no more than the sound of some of them can be damaged. */
function isInTime({ granule, flags }: OggPage, stream: Stream, samples: number): boolean {
  const length = granule - stream.granule;
  return (
    stream.granule === 0 || length === samples || (Boolean(flags & LAST) && length > 0 && length < samples)
  );
}

function gapBefore(page: OggPage, stream: Stream, samples: number): Before | undefined {
  // Recordings of a broadcast begin with any number and granule position.
  if (stream.granule === 0) return page.isAfterDamage && page.granule > 0 ? 'late' : undefined;
  const isJump = page.sequence > stream.last.sequence + 1;
  const gap = page.granule < 0 ? NaN : page.granule - samples - stream.granule;
  if (isJump) return gap <= 0 ? undefined : 'hole';
  return gap > JITTER_SECONDS * stream.rateHz ? 'pause' : undefined;
}

function isEnded({ streams }: Link): boolean {
  return [...streams.values()].every((stream) => stream.isEnded);
}

/** Seconds from the last page of its stream to the end of this page, 0 where it does not say. */
function lengthOf({ serial, granule }: OggPage, { streams }: Link): number {
  const stream = streams.get(serial);
  const seconds = stream ? (granule - stream.granule) / stream.rateHz : 0;
  return seconds > 0 && seconds <= MAX_GAP_SECONDS ? seconds : 0;
}

/** Marks the last page of the stream as its end, in place of an end page without a packet. */
async function endHere(reader: BlobReader, pages: OggPage[], end: OggPage): Promise<void> {
  const last = pages.findLast((page) => page.serial === end.serial);
  if (last && last.granule >= 0) await patchHeader(reader, last, last.flags | LAST, end.granule);
}

/** Demuxers stop at the first page that is marked as the last. */
async function clearEarlyEnds(reader: BlobReader, pages: OggPage[]): Promise<void> {
  const ended = new Set<number>();
  for (const page of pages.toReversed()) {
    if (page.flags & LAST && ended.has(page.serial)) await patchHeader(reader, page, page.flags & ~LAST);
    ended.add(page.serial);
  }
}

/** Each of what lies between gaps, behind the header pages. `before`: what lies before the link. */
function partsOf(file: Blob, { pages, streams, gaps }: Link, before: Before): FilePart[] {
  const firstSound = pages.findIndex(({ serial, granule }) => streams.has(serial) && granule > 0);
  const headers = pages.slice(
    0,
    pages.slice(0, Math.max(0, firstSound)).findLastIndex((page) => page.granule === 0) + 1,
  );
  const starts = [headers.length, ...[...gaps.keys()].filter((index) => index > headers.length)];
  return starts.map((start, i) => {
    const own = pages.slice(start, starts[i + 1]);
    const last = own.findLast(({ serial, granule }) => streams.has(serial) && granule >= 0);
    return {
      data: fileOf(file, [...headers, ...own]),
      before: gaps.get(start) ?? before,
      shiftSeconds: 0,
      endSeconds: last ? last.granule / streams.get(last.serial)!.rateHz : null,
      statesEnd: true,
    };
  });
}
