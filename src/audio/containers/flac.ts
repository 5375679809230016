import { id3Bytes } from '../sniff';
import { BlobReader, viewOf } from './blob-reader';
import type { Before, FilePart } from './file-part';
import { readRest } from './following';
import {
  flacFrameAt,
  isFlacStart,
  nextFlacStart,
  readFlacInfo,
  type FlacFrame,
  type FlacInfo,
} from './flac-frames';

/** What a FLAC file holds once frames that are damaged are left out. */
export interface FlacFile {
  /** One after the other in time, each a file of its own. */
  parts: FilePart[];
  isCut: boolean;
  /** Seconds that its header states but that are missing at the end. */
  missingSeconds: number;
  /** Size of what follows that is no FLAC. */
  foreignBytes: number;
}

/** Frames in a row. */
type Run = FlacFrame;

/** One of several files in a row. */
interface Link {
  info: FlacInfo;
  /** Where its frames should begin. */
  start: number;
  runs: Run[];
}

const INFO_BYTES = 34;
/** Of a metadata block. */
const HEAD_BYTES = 4;

/**
 * Reads the frames of a FLAC file (RFC 9639), of several in a row too, and finds the next whole one after damage.
 *
 * Resolves with null where demuxers can read the file as it is: it is one whole file, or nothing of it is known here.
 */
export async function readFlac(file: Blob): Promise<FlacFile | null> {
  const reader = new BlobReader(file);
  const links = await readLinks(reader);
  const last = links.at(-1);
  if (!last || isWhole(links, file.size)) return null;
  const missing = missingSamples(last);
  return {
    parts: links.flatMap((link, i) =>
      partsOf(file, link, i > 0 && missingSamples(links[i - 1]!) > 0 ? 'break' : 'start'),
    ),
    isCut: missing > 0,
    missingSeconds: missing / last.info.sampleRateHz,
    foreignBytes: (await readRest(reader, last.runs.at(-1)!.end, 'fLaC')).foreignBytes,
  };
}

/** Those that hold a frame. */
async function readLinks(reader: BlobReader): Promise<Link[]> {
  const links: Link[] = [];
  for (let at = id3Bytes(await reader.read(0, 10)); at < reader.size;) {
    if (isFlacStart(await reader.read(at, 5), 0)) {
      const link = await readMetadata(reader, at);
      if (link) links.push(link);
      at = link?.start ?? at + 1;
      continue;
    }
    const link = links.at(-1);
    if (!link) break;
    const frame = await flacFrameAt(reader, at, link.info);
    if (frame) addFrame(links, link, frame);
    at = frame?.end ?? (await nextFlacStart(reader, at + 1, link.info));
  }
  return links.filter(({ runs }) => runs.length > 0);
}

async function readMetadata(reader: BlobReader, start: number): Promise<Link | null> {
  const bytes = (await reader.read(start + 4 + HEAD_BYTES, INFO_BYTES)).slice();
  if (bytes.length < INFO_BYTES) return null;
  const info = readFlacInfo(bytes);
  if (info.sampleRateHz === 0 || info.blockSamples === 0) return null;
  for (let at = start + 4; at < reader.size;) {
    const head = await reader.read(at, HEAD_BYTES);
    if (head.length < HEAD_BYTES) return null;
    at += HEAD_BYTES + (viewOf(head).getUint32(0) & 0xffffff);
    if (head[0]! & 0x80) return { info, start: at, runs: [] };
  }
  return null;
}

function addFrame(links: Link[], link: Link, frame: FlacFrame): void {
  const run = link.runs.at(-1);
  if (run?.end === frame.at && run.to === frame.from) {
    run.end = frame.end;
    run.to = frame.to;
  } else if (run && frame.from < run.to) {
    // Frames of another file without its header.
    links.push({ info: { ...link.info, samples: 0 }, start: frame.at, runs: [{ ...frame }] });
  } else {
    link.runs.push({ ...frame });
  }
}

function isWhole([link, ...others]: Link[], size: number): boolean {
  const [run, ...runs] = link!.runs;
  const isOne = others.length === 0 && runs.length === 0;
  return isOne && run!.at === link!.start && run!.end === size && missingSamples(link!) === 0;
}

function missingSamples({ info, runs }: Link): number {
  return Math.max(0, info.samples - runs.at(-1)!.to);
}

/** `before`: what lies before the link. */
function partsOf(file: Blob, { info, start, runs }: Link, before: Before): FilePart[] {
  return runs.map(({ at, end, from, to }, i) => ({
    data: new Blob([headOf(info, to - from), file.slice(at, end)], { type: 'audio/flac' }),
    before: i > 0 ? 'hole' : at === start ? before : 'late',
    shiftSeconds: from / info.sampleRateHz,
    endSeconds: to / info.sampleRateHz,
    statesEnd: true,
  }));
}

/** "fLaC" and STREAMINFO of a file with as many samples. */
function headOf({ bytes }: FlacInfo, samples: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(4 + HEAD_BYTES + INFO_BYTES);
  head.set([0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, INFO_BYTES]);
  const info = head.subarray(8);
  // The MD5 of the samples, from byte 18 on, stays 0: unknown.
  info.set(bytes.subarray(0, 18));
  info[13] = (info[13]! & 0xf0) | Math.floor(samples / 2 ** 32);
  viewOf(info).setUint32(14, samples % 2 ** 32);
  return head;
}
