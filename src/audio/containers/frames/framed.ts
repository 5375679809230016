import { id3Bytes } from '../../sniff';
import { ADTS } from './adts';
import { BlobReader } from '../blob-reader';
import type { FilePart } from '../file-part';
import { HEADER_BYTES, type FrameFormat } from './frame';
import { readRuns, type FrameRun } from './frame-runs';
import { MP3 } from './mp3';
import { readMp3Info } from '../mp3-info';

/** What an MP3 or an AAC in ADTS holds once what is damaged is left out. */
export interface FramedFile {
  /** One after the other in time, each a file of its own. */
  parts: FilePart[];
  isCut: boolean;
  foreignBytes: number;
}

const WHOLE = { before: 'start', shiftSeconds: 0, endSeconds: null, statesEnd: true } as const;
/** Cutting out bytes leaves the rest of two frames at most; more than that was damaged in its place. */
const FRAMES_AT_CUT = 3;

/**
 * Splits an AAC in ADTS where its rate or its number of channels changes, at tags, and at damage, after which it goes on with the next
 * frames.
 *
 * Resolves with null where the file does not begin with a frame, or demuxers can read it as it is.
 */
export async function readAdts(file: Blob): Promise<FramedFile | null> {
  const reader = new BlobReader(file);
  const first = await firstFrame(reader, ADTS);
  if (!first) return null;
  const { runs, isCut, foreignBytes } = await readRuns(reader, ADTS);
  if (runs.length === 0) return first.isTorn ? cutFile(file) : null;
  if (runs.length === 1 && !isCut && foreignBytes === 0) return null;
  return { parts: partsOf(file, runs, ADTS, lossesOf(runs)), isCut, foreignBytes };
}

/**
 * Splits an MP3 where its rate or its number of channels changes, as in joined files, and at damage, after which it goes on with the
 * next frames.
 *
 * Resolves with null where demuxers can read it as it is.
 */
export async function readMp3(file: Blob): Promise<FramedFile | null> {
  const reader = new BlobReader(file);
  const { runs, isCut, lackingBytes, foreignBytes } = await readRuns(reader, MP3);
  // Some encoders end with a frame that is a byte too short.
  const isTorn = lackingBytes > 1;
  if (runs.length === 0) return (await firstFrame(reader, MP3))?.isTorn ? cutFile(file) : null;
  if (runs.length === 1 && foreignBytes === 0) return isTorn ? cutFile(file) : null;
  const isWhole = runs.every(({ before }) => before === 'start');
  if (!isWhole)
    return { parts: partsOf(file, runs, MP3, await mp3Losses(file, runs, isCut)), isCut, foreignBytes };
  const parts = runs.map(({ from, to }, i): FilePart => {
    const next = runs[i + 1]?.from ?? file.size;
    return { ...WHOLE, data: file.slice(i === 0 ? 0 : from, foreignBytes > 0 ? to : next, MP3.mimeType) };
  });
  return { parts, isCut: isTorn, foreignBytes };
}

/** The first frame behind a tag; null where there is none. */
async function firstFrame(reader: BlobReader, format: FrameFormat): Promise<{ isTorn: boolean } | null> {
  const at = id3Bytes(await reader.read(0, 10));
  const frame = format.readFrame(await reader.read(at, HEADER_BYTES));
  return frame && { isTorn: at + frame.bytes > reader.size };
}

function cutFile(file: Blob): FramedFile {
  return { parts: [{ ...WHOLE, data: file }], isCut: true, foreignBytes: 0 };
}

/** `losses`: duration of the sound missing before each run. */
function partsOf(file: Blob, runs: FrameRun[], format: FrameFormat, losses: (number | null)[]): FilePart[] {
  return runs.map(({ from, to, before }, i) => ({
    data: file.slice(i === 0 ? 0 : from, to, format.mimeType),
    before,
    lossSeconds: losses[i]!,
    shiftSeconds: 0,
    endSeconds: null,
    statesEnd: false,
  }));
}

/** By the mean size of the frames; null where bytes were cut out. */
function lossesOf(runs: FrameRun[]): (number | null)[] {
  const { bytes, frames, seconds } = totalOf(runs);
  return runs.map(({ damagedBytes }) =>
    damagedBytes > (FRAMES_AT_CUT * bytes) / frames ? (damagedBytes * seconds) / bytes : null,
  );
}

/** By the number of frames that the file states, else by the size of what is damaged. Of those it states only the sum is known. */
async function mp3Losses(file: Blob, runs: FrameRun[], isCut: boolean): Promise<(number | null)[]> {
  const stated = (await readMp3Info(file))?.frames ?? 0;
  const { frames, seconds } = totalOf(runs);
  // The frame that states it holds no sound.
  const missing = stated - (frames - 1);
  if (isCut || missing <= 0 || runs.some(({ before }) => before === 'break')) return lossesOf(runs);
  const places = runs.filter(({ before }) => before === 'loss').length;
  return runs.map(() => (missing * seconds) / frames / places);
}

function totalOf(runs: FrameRun[]) {
  const sum = (key: 'bytes' | 'frames' | 'seconds') => runs.reduce((all, run) => all + run[key], 0);
  return { bytes: sum('bytes'), frames: sum('frames'), seconds: sum('seconds') };
}
