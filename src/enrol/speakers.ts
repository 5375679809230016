import { BANDS } from '../engine/shapes';
import type { SpeakerEncoder } from './speaker-encoder';
import type { Stretch } from './cleaning/activity';
import type { Piece } from './piece';

/** `python -m evaluate.speakers` prints what these rest on. */
const WINDOW_FRAMES = 150;
const STEP_FRAMES = 25;
/** Of fewer frames than this nobody can say whose they are. */
export const SHORTEST_FRAMES = 60;
/** Voices on both sides of a change are less alike than this; the same voice seldom is. */
const CHANGE_COSINE = 0.65;
/** A piece, short as it may be, belongs to the voice when it is at least so like the middle of the others. */
const SAME_SPEAKER_COSINE = 0.74;
/** Whoever gives leave for a voice, in a whole sentence, is at least so like it. */
export const SAME_READER_COSINE = 0.78;
const ROUNDS = 5;

/** Cosine of two vectors; 0 where one of them has no length. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}

/** Cuts a stretch where one voice takes over from another without a pause. `logMel` is of the whole recording. */
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
  for (const t of starts) windows.push(await encoder.recognise(framesOf(logMel, t, t + WINDOW_FRAMES)));
  const apart = WINDOW_FRAMES / STEP_FRAMES;
  let [cut, least] = [-1, CHANGE_COSINE];
  for (let i = 0; i + apart < windows.length; i++) {
    const likeness = cosine(windows[i]!, windows[i + apart]!);
    if (likeness < least) [cut, least] = [starts[i]! + WINDOW_FRAMES, likeness];
  }
  if (cut < 0) return [stretch];
  return [
    ...(await splitAtChanges({ from, to: cut }, logMel, encoder)),
    ...(await splitAtChanges({ from: cut, to }, logMel, encoder)),
  ];
}

export function framesOf(logMel: Float32Array, from: number, to: number): Float32Array {
  const even = from + 2 * Math.floor((to - from) / 2);
  return logMel.slice(from * BANDS, even * BANDS);
}

/**
 * Marks the pieces that are not of the voice heard most of the time, among all recordings of a voice.
 *
 * The voice is the middle of the pieces that have most seconds around them; what the user kept by hand counts
 * towards it, what was dropped does not.
 */
export function judgeSpeakers(pieces: Piece[]): void {
  const judged = pieces.filter((piece) => piece.embedding.length > 0);
  for (const piece of judged) if (piece.reason === 'other-speaker') piece.reason = null;
  const usable = judged.filter(
    (piece) => piece.choice === 'keep' || (piece.reason === null && piece.choice !== 'drop'),
  );
  const centre = mainVoice(usable);
  if (!centre) return;
  for (const piece of judged) {
    if (piece.reason === null && cosine(piece.embedding, centre) < SAME_SPEAKER_COSINE)
      piece.reason = 'other-speaker';
  }
}

/** Middle of the largest group; undefined without pieces. */
function mainVoice(pieces: Piece[]): Float32Array | undefined {
  const near = (a: ArrayLike<number>) =>
    pieces.filter((other) => cosine(a, other.embedding) >= SAME_SPEAKER_COSINE);
  const seconds = (group: Piece[]) =>
    group.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  let best: { group: Piece[]; seconds: number } | undefined;
  for (const piece of pieces) {
    const group = near(piece.embedding);
    const long = seconds(group);
    if (!best || long > best.seconds) best = { group, seconds: long };
  }
  if (!best) return undefined;
  let centre = meanEmbedding(best.group);
  for (let round = 0; round < ROUNDS; round++) {
    const group = near(centre);
    if (group.length === 0) break;
    centre = meanEmbedding(group);
  }
  return centre;
}

/** Mean weighted by length. [128]. */
export function meanEmbedding(
  pieces: Pick<Piece, 'startSeconds' | 'endSeconds' | 'embedding'>[],
): Float32Array<ArrayBuffer> {
  const mean = new Float32Array(pieces[0]?.embedding.length ?? 0);
  const total = pieces.reduce((sum, piece) => sum + piece.endSeconds - piece.startSeconds, 0);
  for (const { startSeconds, endSeconds, embedding } of pieces)
    for (let i = 0; i < mean.length; i++) mean[i]! += (embedding[i]! * (endSeconds - startSeconds)) / total;
  return mean;
}
