import { m } from '../text/messages';
import { resampleInChunks } from '../dsp/resample';
import { nextTask } from '../dsp/task';
import { Correlator } from './detector/correlation';
import { MARK_RATE_HZ, STEP_SAMPLES } from './tiling';
import { PATTERN, type Pattern } from './pattern';
import { mergeRanges } from './detector/ranges';
import { decodeMark, type DecodedMark } from './detector/decode-mark';
import {
  BLOCK_STEPS,
  correctedPValue,
  type Candidate,
  PatternSearch,
  type TestCounts,
} from './detector/search';
import { Spectra } from './detector/spectra';
import { MAP_MARGIN } from './detector/tile-map';
import type { Detection, MarkedRange } from './types';

/** Corrected p-values: a mark is reported up to the first, and its absence from the second on. */
export const DETECTION_P_VALUE = 1e-6;
const ABSENCE_P_VALUE = 1e-3;
/** Shorter recordings, pauses left out, are never reported as unmarked. */
const MIN_ACTIVE_SECONDS = 2;
/** Candidates of fewer standard deviations are above `DETECTION_P_VALUE` however few hypotheses were tested. */
const MIN_Z = 5;
/** Shares of the work, for the progress: resampling and searching; the rest is decoding. */
const RESAMPLING_SHARE = 0.1;
const SEARCH_SHARE = 0.75;
const BLOCK_SECONDS = (BLOCK_STEPS * STEP_SAMPLES) / MARK_RATE_HZ;

export interface DetectOptions {
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal | undefined;
  /** Pattern to look for instead of the app's own: tests use decoys. */
  pattern?: Pattern;
}

/**
 * Looks for the mark in mono samples at any rate from 8 to 192 kHz.
 *
 * Rejects with an error named `cancelled` once the signal is aborted.
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
  const candidates: Candidate[] = [];
  const highestZ = { warped: 0, unwarped: 0 };
  for (let step = 0; step < spectra.steps; step += BLOCK_STEPS) {
    await pause(RESAMPLING_SHARE + (SEARCH_SHARE * step) / spectra.steps);
    for (const candidate of search.next(spectra.block(step, BLOCK_STEPS, MAP_MARGIN))) {
      const kind = candidate.isWarped ? 'warped' : 'unwarped';
      highestZ[kind] = Math.max(highestZ[kind], candidate.z);
      if (candidate.z > MIN_Z) candidates.push(candidate);
    }
  }
  const { tested } = search;
  const tried = tested.warped + tested.unwarped;
  const pValue = Math.min(
    correctedPValue({ z: highestZ.warped, isWarped: true }, tested),
    correctedPValue({ z: highestZ.unwarped, isWarped: false }, tested),
  );
  const significant = candidates
    .filter((candidate) => correctedPValue(candidate, tested) <= DETECTION_P_VALUE)
    .sort((a, b) => b.z - a.z);
  const { marks, ranges } = await decodeAll(spectra, significant, tested, pattern, (done) =>
    pause(RESAMPLING_SHARE + SEARCH_SHARE + (1 - RESAMPLING_SHARE - SEARCH_SHARE) * done),
  );
  onProgress?.(1);
  const [strongest] = marks;
  if (!strongest) {
    const activeSeconds = (spectra.activeSteps(0, spectra.steps) * STEP_SAMPLES) / MARK_RATE_HZ;
    const present = activeSeconds < MIN_ACTIVE_SECONDS || pValue < ABSENCE_P_VALUE ? 'cannot-say' : 'no';
    const noPayload = { payload: null, payloadOk: false, payloadConfidence: 0 };
    return {
      present,
      pValue,
      tried,
      ranges,
      speed: 1,
      pitchCents: 0,
      ...noPayload,
    };
  }
  return {
    present: 'yes',
    pValue,
    tried,
    ranges,
    speed: 1 / strongest.warp.timeScale,
    pitchCents: 1200 * Math.log2(strongest.warp.frequencyScale),
    ...payloadOf(marks),
  };
}

/** Decodes significant candidates, strongest first, and leaves out those that are half or more in ranges decoded before. */
async function decodeAll(
  spectra: Spectra,
  significant: Candidate[],
  tested: TestCounts,
  pattern: Pattern,
  pause: (fraction: number) => Promise<void>,
): Promise<{ marks: DecodedMark[]; ranges: MarkedRange[] }> {
  const correlator = new Correlator(pattern);
  const marks: DecodedMark[] = [];
  const ranges: MarkedRange[] = [];
  for (const [i, candidate] of significant.entries()) {
    const from = candidate.firstBlock * BLOCK_SECONDS;
    const to = from + candidate.blocks * BLOCK_SECONDS;
    const decodedSeconds = ranges.reduce(
      (sum, range) => sum + Math.max(0, Math.min(to, range.endSeconds) - Math.max(from, range.startSeconds)),
      0,
    );
    if (decodedSeconds > 0.5 * (to - from)) continue;
    await pause(i / significant.length);
    const mark = decodeMark(spectra, candidate, pattern, correlator);
    marks.push(mark);
    const { startSeconds, endSeconds } = mark;
    ranges.push({ startSeconds, endSeconds, pValue: correctedPValue(candidate, tested) });
  }
  return { marks, ranges: mergeRanges(ranges) };
}

/** The payload of the highest confidence among those that are ok. */
function payloadOf(marks: DecodedMark[]): Pick<Detection, 'payload' | 'payloadOk' | 'payloadConfidence'> {
  const [best] = marks.filter(({ payloadOk }) => payloadOk).sort((a, b) => b.confidence - a.confidence);
  if (!best) return { payload: null, payloadOk: false, payloadConfidence: 0 };
  return { payload: best.payload, payloadOk: true, payloadConfidence: best.confidence };
}

function cancelled(): Error {
  const error = new Error(m.watermark_cancelled());
  error.name = 'cancelled';
  return error;
}
