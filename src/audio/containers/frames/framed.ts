import { id3Bytes } from '../../sniff';
import { ADTS } from './adts';
import { BlobReader } from '../blob-reader';
import type { FilePart } from '../file-part';
import { HEADER_BYTES, readRuns, type FrameFormat, type FrameRun } from './frame-runs';
import { MP3 } from './mp3';
import { readMp3Info } from '../mp3-info';

/** What an MP3 or an AAC in ADTS holds once what is damaged is left out. */
export interface FramedFile {
  /** One after the other in time, each a file of its own. */
  parts: FilePart[];
  isCut: boolean;
}

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
  const start = id3Bytes(await reader.read(0, 10));
  if (!ADTS.readFrame(await reader.read(start, HEADER_BYTES))) return null;
  const { runs, isCut } = await readRuns(reader, ADTS);
  if (runs.length === 0 || (runs.length === 1 && !isCut)) return null;
  return { parts: partsOf(file, runs, ADTS, lossesOf(runs)), isCut };
}

/**
 * Splits an MP3 where its rate or its number of channels changes, as in joined files, and at damage, after which it goes on with the
 * next frames.
 *
 * Resolves with null where demuxers can read it as it is.
 */
export async function readMp3(file: Blob): Promise<FramedFile | null> {
  const { runs, isCut } = await readRuns(new BlobReader(file), MP3);
  if (runs.length < 2) return null;
  const isWhole = runs.every(({ before }) => before === 'start');
  if (!isWhole) return { parts: partsOf(file, runs, MP3, await mp3Losses(file, runs, isCut)), isCut };
  const parts = runs.map(({ from }, i): FilePart => ({
    data: file.slice(i === 0 ? 0 : from, runs[i + 1]?.from ?? file.size, MP3.mimeType),
    before: 'start',
    shiftSeconds: 0,
    endSeconds: null,
    statesEnd: true,
  }));
  return { parts, isCut: false };
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
