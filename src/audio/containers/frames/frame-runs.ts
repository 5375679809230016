import { id3Bytes, startsWith } from '../../sniff';
import { viewOf, type BlobReader } from '../blob-reader';
import type { Before } from '../file-part';

/** What the header of a frame says. */
export interface Frame {
  /** Rate, channels and the like: a decoder is set up for one of them. */
  shape: string;
  /** With the header. */
  bytes: number;
  seconds: number;
}

/** A format whose frames follow one another without a container: they have a length but no time. */
export interface FrameFormat {
  mimeType: string;
  /** Of the first bytes of a frame, `HEADER_BYTES` or fewer; null where there is no header. */
  readFrame: (head: Uint8Array) => Frame | null;
  /** Whether demuxers stop at a tag between frames. */
  isSplitByTags: boolean;
}

/** Frames in a row, of one shape. */
export interface FrameRun {
  from: number;
  to: number;
  shape: string;
  frames: number;
  /** Of the frames, without tags between them. */
  bytes: number;
  seconds: number;
  before: Extract<Before, 'start' | 'break' | 'loss'>;
  /** Damaged bytes before it. */
  damagedBytes: number;
}

export interface FrameRuns {
  runs: FrameRun[];
  /** Whether the file ends within a frame, or with bytes that are none of its own. */
  isCut: boolean;
}

export const HEADER_BYTES = 7;
/** Frames of one shape in a row by which a header is told from a chance pattern. */
const CONFIRMED_FRAMES = 3;
const ID3V1_BYTES = 128;
const APE_HEADER_BYTES = 32;

/** Reads the frames of a file, and finds the next ones after damage. A frame at whose end no other begins counts as damaged. */
export async function readRuns(reader: BlobReader, format: FrameFormat): Promise<FrameRuns> {
  const runs: FrameRun[] = [];
  let isCut = false;
  /** The run that goes on here, and its last frame where that ends here. */
  let run: FrameRun | undefined;
  let last: Frame | undefined;
  for (let at = id3Bytes(await reader.read(0, 10)); at < reader.size;) {
    const frame = format.readFrame(await reader.read(at, HEADER_BYTES));
    if (run && frame?.shape === run.shape) {
      isCut = at + frame.bytes > reader.size;
      if (isCut) break;
      addFrame(run, at, frame);
      last = frame;
      at = run.to;
      continue;
    }
    if (frame && (await isRun(reader, at, format))) {
      runs.push((run = startRun(at, frame.shape)));
      continue;
    }
    const tag = tagBytes(await reader.read(at, APE_HEADER_BYTES));
    if (tag > 0) {
      at += tag;
      last = undefined;
      if (format.isSplitByTags) run = undefined;
      continue;
    }
    if (last && (await isRun(reader, at - 1, format))) {
      // Some encoders write frames that are a byte too short.
      at--;
      continue;
    }
    const damage = at - (last?.bytes ?? 0);
    const next = await nextRun(reader, damage + 1, format);
    isCut = next === reader.size && run !== undefined && !(await isZero(reader, at));
    if (next === reader.size && !isCut) break;
    if (run && last) dropFrame(run, last);
    if (run && !isCut) {
      const { shape } = format.readFrame(await reader.read(next, HEADER_BYTES))!;
      const before = shape === run.shape ? 'loss' : 'break';
      runs.push((run = { ...startRun(next, shape), before, damagedBytes: next - damage }));
      last = undefined;
    }
    at = next;
  }
  return { runs: runs.filter(({ frames }) => frames > 0), isCut };
}

function startRun(at: number, shape: string): FrameRun {
  return { from: at, to: at, shape, frames: 0, bytes: 0, seconds: 0, before: 'start', damagedBytes: 0 };
}

function addFrame(run: FrameRun, at: number, { bytes, seconds }: Frame): void {
  run.to = at + bytes;
  run.frames++;
  run.bytes += bytes;
  run.seconds += seconds;
}

function dropFrame(run: FrameRun, { bytes, seconds }: Frame): void {
  run.to -= bytes;
  run.frames--;
  run.bytes -= bytes;
  run.seconds -= seconds;
}

/** Whether several frames of one shape follow one another here, or two up to the end of the file. */
async function isRun(reader: BlobReader, from: number, { readFrame }: FrameFormat): Promise<boolean> {
  let at = from;
  let shape: string | undefined;
  for (let count = 0; count < CONFIRMED_FRAMES; count++) {
    if (at >= reader.size) return count > 1;
    const frame = readFrame(await reader.read(at, HEADER_BYTES));
    if (!frame || frame.shape !== (shape ??= frame.shape)) return false;
    at += frame.bytes;
  }
  return true;
}

/** Position of the next frames, or the end of the file. */
async function nextRun(reader: BlobReader, from: number, format: FrameFormat): Promise<number> {
  for (let at = await nextSync(reader, from); at < reader.size; at = await nextSync(reader, at + 1)) {
    if (await isRun(reader, at, format)) return at;
  }
  return reader.size;
}

/** Position of the next 11 set bits, or the end of the file. */
function nextSync(reader: BlobReader, from: number): Promise<number> {
  return reader.find(from, 1, (bytes, i) => bytes[i] === 0xff && (bytes[i + 1] ?? 0) >= 0xe0);
}

async function isZero(reader: BlobReader, from: number): Promise<boolean> {
  return (await reader.find(from, 0, (bytes, i) => bytes[i] !== 0)) === reader.size;
}

/** Size of the ID3 or APE tag that begins here, 0 without one. */
function tagBytes(head: Uint8Array): number {
  if (startsWith(head, 'TAG')) return ID3V1_BYTES;
  if (startsWith(head, 'APETAGEX') && head.length === APE_HEADER_BYTES)
    return APE_HEADER_BYTES + viewOf(head).getUint32(12, true);
  return id3Bytes(head);
}
