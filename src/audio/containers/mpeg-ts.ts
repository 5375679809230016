import { BlobReader } from './blob-reader';
import type { FilePart } from './file-part';
import { readTables, SYNC, type Layout, type Tables } from './mpeg-ts-tables';

/** What an MPEG transport stream holds once what is damaged is left out. */
export interface MpegTsFile {
  /** One after the other in time, each a file of its own. */
  parts: FilePart[];
  isCut: boolean;
}

/** Packets in a row. */
interface Run {
  from: number;
  to: number;
  /** Where the last piece of sound begins that may go on behind its end. */
  lastSound: number | undefined;
}

/** Bytes between packets, and those before the first: plain, with error correction, with a time before each (M2TS). */
const LAYOUTS: Layout[] = [
  { stride: 188, offset: 0 },
  { stride: 204, offset: 0 },
  { stride: 192, offset: 4 },
];
/** Packets in a row by which one is told from a chance pattern. */
const CONFIRMED_PACKETS = 5;
const PACKETS_AT_ONCE = 4000;

/**
 * Splits an MPEG transport stream (ISO/IEC 13818-1, section 2.4.3) at damage, after which it goes on with the next packet. What is left of
 * a piece of sound before damage is left out.
 *
 * Resolves with null where it is no such file, or has no damage in its middle.
 */
export async function readMpegTs(file: Blob): Promise<MpegTsFile | null> {
  const reader = new BlobReader(file);
  const layout = await layoutOf(reader);
  const tables = layout && (await readTables(reader, layout));
  if (!tables) return null;
  const runs = await readRuns(reader, layout, tables);
  if (runs.length < 2) return null;
  const last = runs.at(-1)!;
  const parts = runs.flatMap((run): FilePart[] => {
    const to = run === last ? run.to : run.lastSound;
    if (to === undefined || to === run.from) return [];
    return [
      {
        data: new Blob([tables.bytes, file.slice(run.from, to)], { type: 'video/mp2t' }),
        before: run.from === 0 ? 'start' : 'hole',
        shiftSeconds: 0,
        endSeconds: null,
        statesEnd: true,
      },
    ];
  });
  return { parts, isCut: last.to < file.size };
}

async function layoutOf(reader: BlobReader): Promise<Layout | undefined> {
  const head = await reader.read(0, 2 * 204);
  return LAYOUTS.find(({ stride, offset }) => head[offset] === SYNC && head[offset + stride] === SYNC);
}

async function readRuns(reader: BlobReader, layout: Layout, { soundPid }: Tables): Promise<Run[]> {
  const { stride, offset } = layout;
  const runs: Run[] = [];
  for (let at = 0; at < reader.size;) {
    const run: Run = { from: at, to: at, lastSound: undefined };
    for (let isWhole = true; isWhole;) {
      const bytes = await reader.read(run.to, PACKETS_AT_ONCE * stride);
      let i = 0;
      for (; i + stride <= bytes.length && bytes[i + offset] === SYNC; i += stride) {
        const [, a = 0, b = 0] = bytes.subarray(i + offset, i + offset + 3);
        if ((a & 0x40) > 0 && (((a & 0x1f) << 8) | b) === soundPid) run.lastSound = run.to + i;
      }
      run.to += i;
      isWhole = i === PACKETS_AT_ONCE * stride;
    }
    runs.push(run);
    // The packet before may be torn.
    at = await nextPacket(reader, Math.max(run.from, run.to - stride) + 1, layout);
  }
  return runs;
}

/** Position of the next packets in a row, or the end of the file. */
async function nextPacket(reader: BlobReader, from: number, { stride, offset }: Layout): Promise<number> {
  const row = Array.from({ length: CONFIRMED_PACKETS }, (_, i) => offset + i * stride);
  return reader.find(from, row.at(-1)!, (bytes, i) => row.every((step) => bytes[i + step] === SYNC));
}
