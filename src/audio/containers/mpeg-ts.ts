import { BlobReader } from './blob-reader';
import type { FilePart } from './file-part';
import { readRest } from './following';
import { readTables, SYNC, type Layout } from './mpeg-ts-tables';

/** What an MPEG transport stream holds once what is damaged is left out. */
export interface MpegTsFile {
  /** One after the other in time, each a file of its own. */
  parts: FilePart[];
  /** Codecs of sound that demuxers pass over, where there is no other. */
  codecs: string[];
  /** Whether it ends within a packet or within a piece of sound. */
  isCut: boolean;
  foreignBytes: number;
}

/** Packets in a row. */
interface Run {
  from: number;
  to: number;
  /** Where the last piece of sound begins that may go on behind its end. */
  lastSound: number | undefined;
  /** Bytes that this piece of sound lacks; 0 where it does not state its size. */
  lacking: number;
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
const PACKET_BYTES = 188;
/** 33 bits at 90 kHz. */
const WRAP_SECONDS = 2 ** 33 / 90000;

/**
 * Splits an MPEG transport stream (ISO/IEC 13818-1, section 2.4.3) at damage, after which it goes on with the next packet. What is left of
 * a piece of sound before damage is left out.
 *
 * Resolves with null where it is no such file or its tables cannot be read.
 */
export async function readMpegTs(file: Blob): Promise<MpegTsFile | null> {
  const reader = new BlobReader(file);
  const layout = await layoutOf(reader);
  const tables = layout && (await readTables(reader, layout));
  if (!tables) return null;
  const { soundPid, unread: codecs } = tables;
  const runs = await readRuns(reader, layout, soundPid);
  const last = runs.at(-1)!;
  const parts = runs.flatMap((run): FilePart[] => {
    const to = run === last ? run.to : run.lastSound;
    if (to === undefined || to === run.from) return [];
    const data = runs.length === 1 ? [file.slice(0, to)] : [tables.bytes, file.slice(run.from, to)];
    return [
      {
        data: to === file.size && run.from === 0 ? file : new Blob(data, { type: 'video/mp2t' }),
        before: run.from === 0 ? 'start' : 'hole',
        shiftSeconds: 0,
        wrapSeconds: WRAP_SECONDS,
        endSeconds: null,
        statesEnd: true,
      },
    ];
  });
  const { foreignBytes, isDamage } = await readRest(reader, last.to);
  return { parts, codecs, isCut: isDamage || last.lacking > 0, foreignBytes };
}

async function layoutOf(reader: BlobReader): Promise<Layout | undefined> {
  const head = await reader.read(0, 2 * 204);
  return LAYOUTS.find(({ stride, offset }) => head[offset] === SYNC && head[offset + stride] === SYNC);
}

async function readRuns(reader: BlobReader, layout: Layout, soundPid: number | undefined): Promise<Run[]> {
  const { stride, offset } = layout;
  const runs: Run[] = [];
  for (let at = 0; at < reader.size;) {
    const run: Run = { from: at, to: at, lastSound: undefined, lacking: 0 };
    for (let isWhole = true; isWhole;) {
      const bytes = await reader.read(run.to, PACKETS_AT_ONCE * stride);
      let i = 0;
      for (; i + stride <= bytes.length && bytes[i + offset] === SYNC; i += stride) {
        const packet = bytes.subarray(i + offset, i + offset + PACKET_BYTES);
        const [, a = 0, b = 0] = packet;
        if ((((a & 0x1f) << 8) | b) !== soundPid) continue;
        const payload = payloadOf(packet);
        if (a & 0x40) {
          run.lastSound = run.to + i;
          run.lacking = pieceBytes(payload);
        }
        run.lacking = Math.max(0, run.lacking - payload.length);
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

function payloadOf(packet: Uint8Array): Uint8Array {
  const control = (packet[3]! >> 4) & 3;
  return control & 1 ? packet.subarray(4 + (control & 2 ? 1 + packet[4]! : 0)) : new Uint8Array(0);
}

/** Size that a piece of sound states at its beginning (section 2.4.3.6), with the 6 bytes up to there; 0 where it does not. */
function pieceBytes([, , , , a = 0, b = 0]: Uint8Array): number {
  const size = (a << 8) | b;
  return size > 0 ? 6 + size : 0;
}

/** Position of the next packets in a row, or the end of the file. */
async function nextPacket(reader: BlobReader, from: number, { stride, offset }: Layout): Promise<number> {
  const row = Array.from({ length: CONFIRMED_PACKETS }, (_, i) => offset + i * stride);
  return reader.find(from, row.at(-1)!, (bytes, i) => row.every((step) => bytes[i + step] === SYNC));
}
