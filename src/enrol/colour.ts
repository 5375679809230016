import { clamp, concat, quantile } from '../engine/arrays';
import { CodeMean } from '../engine/colouring';
import { throwIfCancelled } from '../engine/errors';
import { bandAt, Frontend } from '../engine/frontend';
import type { Networks } from '../engine/network';
import { Resampler } from '../engine/resample';
import { Retrieval } from '../engine/retrieval';
import {
  ANALYSIS_RATE_HZ,
  BANDS,
  CODE_SIZE,
  FRAMES_PER_CODE,
  hzToMel,
  melToHz,
  SYNTHESIS_RATE_HZ,
} from '../engine/signal';
import { ConversionStream } from '../engine/stream';
import { nextTask } from '../engine/task';
import { DEFAULT_CONTROLS } from '../engine/types';
import type { Voice } from '../engine/voice';
import { contentCodes } from './encode';
import { ridge } from './ridge';

/** So much speech says how a voice is coloured. */
export const COLOUR_SECONDS = 30;
/** Codes that much below the level of the speech count for nothing. */
const ACTIVE_DB = 20;
/** Natural log of the largest gain: 15 dB. */
const MOST = (15 / 20) * Math.LN10;
/** The most that one code may miss, natural log of amplitude. */
const MOST_MISSING = 2;
/** Where the speech is not that much louder than the quietest it gets, natural log of power (19 dB), a band holds what the denoiser left, or nothing. */
const TRUSTED = 4.4;
const QUIETEST_SHARE = 0.05;
/** Of the ridge regression; from .1 to 1 it makes little difference (docs/decisions/0014). */
const STRENGTH = 0.3;

export type Coloured = Required<Pick<Voice, 'colour' | 'colourByCode'>>;

export interface ColourOptions {
  networks: Networks;
  signal?: AbortSignal | undefined;
  /** 0..1. */
  onProgress?: (fraction: number) => void;
}

/**
 * How a voice is coloured beyond what the generator makes of its embedding, natural log gains: its speech `cuts` at 16 kHz, less
 * what they become when they are converted to the voice itself, on the mean, and what of the rest its codes foretell. What
 * the mean leaves, where a filter's slopes reach into the next band, the second round finds. Zero-shot: no network is
 * trained (docs/decisions/0011, 0014).
 *
 * Rejects with a ConsentError, `cancelled`, or what the networks throw.
 */
export async function findColour(
  cuts: readonly Float32Array[],
  voice: Voice,
  { networks, signal, onProgress }: ColourOptions,
): Promise<Coloured> {
  const chosen = spread(cuts, COLOUR_SECONDS * ANALYSIS_RATE_HZ);
  const own = new Frontend().push(concat(chosen));
  const active = activeCodes(own.loudnessDb, voice.speechLevelDb - ACTIVE_DB);
  const round = async (colour: Float32Array, first: number) => {
    const logMel = await converted(chosen, { ...voice, colour }, networks, signal, (fraction) =>
      onProgress?.((first + fraction) / 2),
    );
    return whatIsMissing(own.logMel, logMel, active);
  };
  const brighter = (colour: Float32Array, by: Float64Array) =>
    colour.map((gain, band) => clamp(gain + by[band]!, -MOST, MOST));
  const plain = new Float32Array(BANDS);
  const once = brighter(plain, atSynthesisBands((await round(plain, 0)).mean));
  const { missing, mean } = await round(once, 1);
  const colour = brighter(once, atSynthesisBands(mean));
  const codes = await contentCodes(own.logMel, networks);
  new Retrieval(voice).apply(codes);
  const said = rowsOf(new CodeMean().push(codes), active);
  const { weights, meanX } = ridge(said, CODE_SIZE, missing, BANDS, STRENGTH);
  const colourByCode = new Float32Array(CODE_SIZE * BANDS);
  for (let i = 0; i < CODE_SIZE; i++) {
    const row = atSynthesisBands(weights.subarray(i * BANDS, (i + 1) * BANDS));
    colourByCode.set(row, i * BANDS);
    // The mean code adds nothing.
    row.forEach((weight, band) => (colour[band]! -= weight * meanX[i]!));
  }
  return { colour, colourByCode };
}

/** `logMel` of what the cuts become, end to end. */
async function converted(
  cuts: readonly Float32Array[],
  voice: Voice,
  networks: Networks,
  signal: AbortSignal | undefined,
  onProgress: (fraction: number) => void,
): Promise<Float32Array> {
  const stream = new ConversionStream({
    networks,
    voice,
    controls: DEFAULT_CONTROLS,
    // Pitch and level of the voice were read off the same speech.
    profile: voice,
    sampleRateHz: ANALYSIS_RATE_HZ,
  });
  const resampler = new Resampler(SYNTHESIS_RATE_HZ, ANALYSIS_RATE_HZ);
  const heard: Float32Array[] = [];
  try {
    for (const [i, cut] of cuts.entries()) {
      await nextTask();
      throwIfCancelled(signal);
      heard.push(resampler.push(await stream.push(cut)));
      onProgress((i + 1) / cuts.length);
    }
    heard.push(resampler.push(await stream.end()), resampler.end());
  } finally {
    stream.dispose();
  }
  return new Frontend().push(concat(heard)).logMel;
}

/** Which codes are said louder than `leastDb`. */
function activeCodes(loudnessDb: Float32Array, leastDb: number): number[] {
  const count = Math.floor(loudnessDb.length / FRAMES_PER_CODE);
  const frames = (n: number) => loudnessDb.subarray(n * FRAMES_PER_CODE, (n + 1) * FRAMES_PER_CODE);
  return [...Array(count).keys()].filter((n) => Math.max(...frames(n)) > leastDb);
}

/** Those rows of `codes` [n, 128]. */
function rowsOf(codes: Float32Array, rows: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * CODE_SIZE);
  rows.forEach((row, i) => out.set(codes.subarray(row * CODE_SIZE, (row + 1) * CODE_SIZE), i * CODE_SIZE));
  return out;
}

/** Natural log of amplitude [codes, 80] that `got` lacks of `wanted`, both `logMel`, where `codes` are; in bands that tell nothing there, the mean of the band. */
function whatIsMissing(
  wanted: Float32Array,
  got: Float32Array,
  codes: readonly number[],
): { missing: Float32Array; mean: Float64Array } {
  const missing = new Float32Array(codes.length * BANDS);
  const mean = new Float64Array(BANDS);
  const width = FRAMES_PER_CODE * BANDS;
  for (let band = 0; band < BANDS; band++) {
    const all = Float32Array.from({ length: wanted.length / BANDS }, (_, t) => wanted[t * BANDS + band]!);
    const least = (quantile(all, QUIETEST_SHARE) ?? 0) + TRUSTED;
    const [untold, told]: [number[], number[]] = [[], []];
    codes.forEach((code, row) => {
      let sum = 0;
      let loudest = -Infinity;
      for (let at = code * width + band; at < (code + 1) * width; at += BANDS) {
        // Power to amplitude.
        sum +=
          clamp((wanted[at]! - (got[at] ?? wanted[at]!)) / 2, -MOST_MISSING, MOST_MISSING) / FRAMES_PER_CODE;
        loudest = Math.max(loudest, wanted[at]!);
      }
      missing[row * BANDS + band] = sum;
      mean[band]! += sum / codes.length;
      (loudest > least ? told : untold).push(row);
    });
    const usual = told.reduce((sum, row) => sum + missing[row * BANDS + band]! / told.length, 0);
    for (const row of untold) missing[row * BANDS + band] = usual;
  }
  return { missing, mean };
}

/** Some of the cuts, evenly chosen, `length` samples of them or few more. */
function spread(cuts: readonly Float32Array[], length: number): Float32Array[] {
  const total = cuts.reduce((sum, cut) => sum + cut.length, 0);
  const stride = Math.max(1, Math.floor(total / length));
  const chosen: Float32Array[] = [];
  let done = 0;
  for (let i = 0; i < cuts.length && done < length; i += stride) {
    chosen.push(cuts[i]!);
    done += cuts[i]!.length;
  }
  return chosen;
}

/** Reads values at the frontend's bands where the synthesis has its bands, from 0 to 12 kHz; the outermost beyond them. */
function atSynthesisBands(values: Float64Array | Float32Array): Float64Array {
  return Float64Array.from({ length: BANDS }, (_, band) => {
    const hz = melToHz((hzToMel(SYNTHESIS_RATE_HZ / 2) * band) / (BANDS - 1));
    const place = clamp(bandAt(hz), 0, BANDS - 1);
    const below = Math.min(BANDS - 2, Math.floor(place));
    return values[below]! + (place - below) * (values[below + 1]! - values[below]!);
  });
}
