import { resampleInChunks } from '../dsp/resample';
import { nextTask } from '../dsp/task';
import { Correlator } from './detector/fold';
import { MARK_RATE_HZ, STEP_SAMPLES } from './grid';
import { PATTERN, type Pattern } from './pattern';
import { mergeRanges } from './detector/ranges';
import { readMark, type Reading } from './detector/reading';
import { BLOCK_STEPS, chanceOfFinding, type Finding, PatternSearch, type Tries } from './detector/search';
import { Spectra } from './detector/spectra';
import { MAP_MARGIN } from './detector/tile-map';
import type { Detection, MarkedRange } from './types';

/** Chance, all tries counted, up to which a mark is proven, and from which there is none. */
export const PROVEN = 1e-6;
const NOTHING = 1e-3;
/** So much sound is needed to say no. */
const MIN_ACTIVE_SECONDS = 2;
/** Weaker findings than that prove nothing however few places were tried. */
const WEAKEST_Z = 5;
/** Shares of the work: bringing it to the mark's rate, looking, and reading what was found. */
const RESAMPLING_SHARE = 0.1;
const SEARCH_SHARE = 0.75;
const BLOCK_SECONDS = (BLOCK_STEPS * STEP_SAMPLES) / MARK_RATE_HZ;

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
  const pause = async (fraction: number) => {
    await nextTask();
    if (signal?.aborted) throw cancelled();
    onProgress?.(fraction);
  };
  const audio =
    sampleRateHz === MARK_RATE_HZ
      ? samples
      : await resampleInChunks(samples, sampleRateHz, MARK_RATE_HZ, (done) => pause(RESAMPLING_SHARE * done));
  const spectra = new Spectra(audio);
  const search = new PatternSearch(pattern);
  const findings: Finding[] = [];
  const surestZ = { bent: 0, unbent: 0 };
  for (let step = 0; step < spectra.steps; step += BLOCK_STEPS) {
    await pause(RESAMPLING_SHARE + (SEARCH_SHARE * step) / spectra.steps);
    for (const finding of search.next(spectra.block(step, BLOCK_STEPS, MAP_MARGIN))) {
      const kind = finding.bent ? 'bent' : 'unbent';
      surestZ[kind] = Math.max(surestZ[kind], finding.z);
      if (finding.z > WEAKEST_Z) findings.push(finding);
    }
  }
  const { tried } = search;
  const pValue = Math.min(
    chanceOfFinding({ z: surestZ.bent, bent: true }, tried),
    chanceOfFinding({ z: surestZ.unbent, bent: false }, tried),
  );
  const proven = findings
    .filter((finding) => chanceOfFinding(finding, tried) <= PROVEN)
    .sort((a, b) => b.z - a.z);
  const { readings, ranges } = await readAll(spectra, proven, tried, pattern, (done) =>
    pause(RESAMPLING_SHARE + SEARCH_SHARE + (1 - RESAMPLING_SHARE - SEARCH_SHARE) * done),
  );
  onProgress?.(1);
  const [surest] = readings;
  if (!surest) {
    const activeSeconds = (spectra.activeSteps(0, spectra.steps) * STEP_SAMPLES) / MARK_RATE_HZ;
    const present = activeSeconds < MIN_ACTIVE_SECONDS || pValue < NOTHING ? 'cannot-say' : 'no';
    const nothing = { payload: null, payloadOk: false, payloadConfidence: 0 };
    return { present, pValue, tried: tried.bent + tried.unbent, ranges, speed: 1, pitchCents: 0, ...nothing };
  }
  return {
    present: 'yes',
    pValue,
    tried: tried.bent + tried.unbent,
    ranges,
    speed: 1 / surest.bend.timeScale,
    pitchCents: 1200 * Math.log2(surest.bend.frequencyScale),
    ...payloadOf(readings),
  };
}

/** Reads the proven findings, surest first, that lie where no mark has been read yet. */
async function readAll(
  spectra: Spectra,
  proven: Finding[],
  tried: Tries,
  pattern: Pattern,
  pause: (fraction: number) => Promise<void>,
): Promise<{ readings: Reading[]; ranges: MarkedRange[] }> {
  const correlator = new Correlator(pattern);
  const readings: Reading[] = [];
  const ranges: MarkedRange[] = [];
  for (const [i, finding] of proven.entries()) {
    const from = finding.firstBlock * BLOCK_SECONDS;
    const to = from + finding.blocks * BLOCK_SECONDS;
    const known = ranges.reduce(
      (sum, range) => sum + Math.max(0, Math.min(to, range.endSeconds) - Math.max(from, range.startSeconds)),
      0,
    );
    if (known > 0.5 * (to - from)) continue;
    await pause(i / proven.length);
    const reading = readMark(spectra, finding, pattern, correlator);
    readings.push(reading);
    const { startSeconds, endSeconds } = reading;
    ranges.push({ startSeconds, endSeconds, pValue: chanceOfFinding(finding, tried) });
  }
  return { readings, ranges: mergeRanges(ranges) };
}

/** The payload that stands out most of those whose checksum holds. */
function payloadOf(readings: Reading[]): Pick<Detection, 'payload' | 'payloadOk' | 'payloadConfidence'> {
  const [best] = readings.filter(({ payloadOk }) => payloadOk).sort((a, b) => b.confidence - a.confidence);
  if (!best) return { payload: null, payloadOk: false, payloadConfidence: 0 };
  return { payload: best.payload, payloadOk: true, payloadConfidence: best.confidence };
}

function cancelled(): Error {
  const error = new Error(
    'Looking for the mark was cancelled. The file is unchanged; examine it again whenever you like.',
  );
  error.name = 'cancelled';
  return error;
}
