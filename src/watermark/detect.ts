import { Resampler } from '../engine/resample';
import { decodePayload } from './code';
import { FRAME_HOP, MARK_RATE_HZ, PERIOD_FRAMES } from './grid';
import { PATTERN, type Pattern } from './pattern';
import { chanceOf, findPattern, type Found } from './search';
import { measureTiles, type Tiles } from './tiles';
import type { Detection } from './types';

/** Starts of the frame grid that are tried, within one hop. */
const GRID_STARTS = 4;
/** A mark in a part of a long recording drowns in the whole: parts of 10 s are looked at too. */
const PART_FRAMES = 470;
const PART_STEP = 235;
/** Chance, all tries counted, up to which a mark is proven, and from which there is none. */
const PROVEN = 1e-6;
const NOTHING = 1e-3;
/** So much sound is needed to say no. */
const MIN_ACTIVE_SECONDS = 2;
const PAYLOAD_CANDIDATES = 4;

export interface DetectOptions {
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal | undefined;
  /** Another pattern than the mark's: a decoy. */
  pattern?: Pattern;
}

/**
 * Looks for the mark in mono samples at any rate from 8 to 192 kHz.
 *
 * Rejects with an error named `cancelled` once the signal has fired.
 */
export async function detectWatermark(
  samples: Float32Array,
  sampleRateHz: number,
  { onProgress, signal, pattern = PATTERN }: DetectOptions = {},
): Promise<Detection> {
  const audio = toMarkRate(samples, sampleRateHz);
  const found: Found[] = [];
  let tries = 0;
  let activeSeconds = 0;
  for (let grid = 0; grid < GRID_STARTS; grid++) {
    const start = Math.round((grid * FRAME_HOP) / GRID_STARTS);
    const tiles = await measureTiles(audio, start, (done, total) => {
      if (signal?.aborted) throw cancelled();
      onProgress?.((grid + done / total) / GRID_STARTS);
    });
    const active = tiles.active.reduce((sum, value) => sum + value, 0);
    activeSeconds = Math.max(activeSeconds, (active * FRAME_HOP) / MARK_RATE_HZ);
    for (const [from, to] of parts(tiles)) {
      found.push(findPattern(tiles, from, to, pattern));
      tries += PERIOD_FRAMES;
    }
  }
  onProgress?.(1);
  found.sort((a, b) => b.z - a.z);
  const pValue = chanceOf(found[0]?.z ?? 0, tries);
  if (pValue > PROVEN) {
    const present = activeSeconds < MIN_ACTIVE_SECONDS || pValue < NOTHING ? 'cannot-say' : 'no';
    const nothing = { payload: null, payloadOk: false, payloadConfidence: 0 };
    return { present, pValue, tried: tries, ranges: [], speed: 1, pitchCents: 0, ...nothing };
  }
  const ranges = [{ startSeconds: 0, endSeconds: samples.length / sampleRateHz, pValue }];
  const payload = readPayload(found);
  const payloadConfidence = payload.payloadOk ? 1 : 0;
  return {
    present: 'yes',
    pValue,
    tried: tries,
    ranges,
    speed: 1,
    pitchCents: 0,
    ...payload,
    payloadConfidence,
  };
}

/** The whole recording, and parts of it where it is long. */
function parts({ frames }: Tiles): [number, number][] {
  const list: [number, number][] = [[0, frames]];
  if (frames <= 1.5 * PART_FRAMES) return list;
  for (let from = 0; from + PART_STEP < frames; from += PART_STEP) {
    list.push([from, Math.min(frames, from + PART_FRAMES)]);
  }
  return list;
}

/** Tries the surest findings until a checksum holds. */
function readPayload(found: Found[]): Pick<Detection, 'payload' | 'payloadOk'> {
  const decoded = found.slice(0, PAYLOAD_CANDIDATES).map(({ soft }) => decodePayload(soft));
  return decoded.find(({ payloadOk }) => payloadOk) ?? { payload: null, payloadOk: false };
}

function toMarkRate(samples: Float32Array, sampleRateHz: number): Float32Array {
  if (sampleRateHz === MARK_RATE_HZ) return samples;
  const resampler = new Resampler(sampleRateHz, MARK_RATE_HZ);
  const first = resampler.push(samples);
  const rest = resampler.end();
  const audio = new Float32Array(first.length + rest.length);
  audio.set(first);
  audio.set(rest, first.length);
  return audio;
}

function cancelled(): Error {
  const error = new Error(
    'Looking for the mark was cancelled. The file is unchanged; examine it again whenever you like.',
  );
  error.name = 'cancelled';
  return error;
}
