import { id3Bytes } from '../../sniff';
import type { BlobReader } from '../blob-reader';
import type { Before } from '../file-part';
import { readRest } from '../following';
import { TAG_HEADER_BYTES, tagBytes } from '../tags';
import { HEADER_BYTES, isRun, type Frame, type FrameFormat } from './frame';

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
  /** Bytes that the last frame lacks. */
  lackingBytes: number;
  /** Size of what is of another format, between the frames or behind them. */
  foreignBytes: number;
}

/** Reads the frames of a file, and finds the next ones after damage. A frame at whose end no other begins counts as damaged. */
export async function readRuns(reader: BlobReader, format: FrameFormat): Promise<FrameRuns> {
  const runs: FrameRun[] = [];
  let isCut = false;
  let lackingBytes = 0;
  let foreignBytes = 0;
  /** The run that goes on here, and its last frame where that ends here. */
  let run: FrameRun | undefined;
  let last: Frame | undefined;
  for (let at = id3Bytes(await reader.read(0, 10)); at < reader.size;) {
    const frame = format.readFrame(await reader.read(at, HEADER_BYTES));
    if (run && frame?.shape === run.shape) {
      lackingBytes = Math.max(0, at + frame.bytes - reader.size);
      isCut = lackingBytes > 0;
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
    const tag = tagBytes(await reader.read(at, TAG_HEADER_BYTES));
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
    const rest = runs.length > 0 ? await readRest(reader, at, format) : undefined;
    if (rest && rest.foreignBytes > 0) {
      const next = await nextRun(reader, at + 1, format);
      foreignBytes += next - (reader.size - rest.foreignBytes);
      run = last = undefined;
      at = next;
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
  return { runs: runs.filter(({ frames }) => frames > 0), isCut, lackingBytes, foreignBytes };
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
