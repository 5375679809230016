import { BANDS } from '../engine/shapes';
import type { SpeakerEncoder } from './speaker-encoder';
import type { Stretch } from './cleaning/activity';
import type { Piece } from './piece';

/** Frames of 10 ms. `python -m evaluate.speakers` prints the measurements behind these constants and the cosines below. */
const WINDOW_FRAMES = 150;
const STEP_FRAMES = 25;
/** The speaker of a shorter piece cannot be determined. */
export const MIN_SPEAKER_FRAMES = 60;
/** Cosine of the windows before and after a change of speaker is lower; of two windows of one speaker it rarely is. */
const CHANGE_COSINE = 0.65;
/** Cosine of a piece and the mean of the speaker's other pieces is at least this. */
const SAME_SPEAKER_COSINE = 0.74;
/** Cosine of a spoken permission sentence and the voice of its speaker is at least this. */
export const SAME_READER_COSINE = 0.78;
const ITERATIONS = 5;

/** Cosine of two vectors; 0 if one of them is zero. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}

/** Splits a stretch where the speaker changes without a pause. `logMel` [n, 80] of the whole recording. */
export async function splitAtChanges(
  stretch: Stretch,
  logMel: Float32Array,
  encoder: SpeakerEncoder,
): Promise<Stretch[]> {
  const { from, to } = stretch;
  if (to - from < 2 * WINDOW_FRAMES) return [stretch];
  const starts: number[] = [];
  for (let t = from; t + WINDOW_FRAMES <= to; t += STEP_FRAMES) starts.push(t);
  const windows: Float32Array[] = [];
  for (const t of starts) windows.push(await encoder.embedCentred(framesOf(logMel, t, t + WINDOW_FRAMES)));
  const stepsPerWindow = WINDOW_FRAMES / STEP_FRAMES;
  let [change, lowest] = [-1, CHANGE_COSINE];
  for (let i = 0; i + stepsPerWindow < windows.length; i++) {
    const similarity = cosine(windows[i]!, windows[i + stepsPerWindow]!);
    if (similarity < lowest) [change, lowest] = [starts[i]! + WINDOW_FRAMES, similarity];
  }
  if (change < 0) return [stretch];
  return [
    ...(await splitAtChanges({ from, to: change }, logMel, encoder)),
    ...(await splitAtChanges({ from: change, to }, logMel, encoder)),
  ];
}

/** `logMel` of the frames `from` to `to`, without the last one if their number is odd. */
export function framesOf(logMel: Float32Array, from: number, to: number): Float32Array {
  const even = from + 2 * Math.floor((to - from) / 2);
  return logMel.slice(from * BANDS, even * BANDS);
}

/**
 * Sets the reason `other-speaker` on the pieces (of all recordings of a voice) that are not of the speaker with the longest
 * total duration, and removes it from the others.
 *
 * That speaker is the mean of the largest group of similar pieces. Pieces that the user kept count towards it; pieces that
 * the user dropped, or that have another reason, do not.
 */
export function markOtherSpeakers(pieces: Piece[]): void {
  const embedded = pieces.filter((piece) => piece.embedding.length > 0);
  for (const piece of embedded) if (piece.reason === 'other-speaker') piece.reason = null;
  const usable = embedded.filter(
    (piece) => piece.choice === 'keep' || (piece.reason === null && piece.choice !== 'drop'),
  );
  const centre = mainSpeaker(usable);
  if (!centre) return;
  for (const piece of embedded) {
    if (piece.reason === null && cosine(piece.embedding, centre) < SAME_SPEAKER_COSINE)
      piece.reason = 'other-speaker';
  }
}

/** Mean embedding [128] of the group of similar pieces with the longest total duration; undefined without pieces. */
function mainSpeaker(pieces: Piece[]): Float32Array | undefined {
  const near = (a: ArrayLike<number>) =>
    pieces.filter((other) => cosine(a, other.embedding) >= SAME_SPEAKER_COSINE);
  const seconds = (group: Piece[]) =>
    group.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  let best: { group: Piece[]; seconds: number } | undefined;
  for (const piece of pieces) {
    const group = near(piece.embedding);
    const duration = seconds(group);
    if (!best || duration > best.seconds) best = { group, seconds: duration };
  }
  if (!best) return undefined;
  let centre = meanEmbedding(best.group);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const group = near(centre);
    if (group.length === 0) break;
    centre = meanEmbedding(group);
  }
  return centre;
}

/** Mean embedding [128], weighted by duration. */
export function meanEmbedding(
  pieces: Pick<Piece, 'startSeconds' | 'endSeconds' | 'embedding'>[],
): Float32Array<ArrayBuffer> {
  const mean = new Float32Array(pieces[0]?.embedding.length ?? 0);
  const total = pieces.reduce((sum, piece) => sum + piece.endSeconds - piece.startSeconds, 0);
  for (const { startSeconds, endSeconds, embedding } of pieces)
    for (let i = 0; i < mean.length; i++) mean[i]! += (embedding[i]! * (endSeconds - startSeconds)) / total;
  return mean;
}
