import { CODES_PER_SECOND } from '../shapes';

/** Seconds between the starts of two windows, about; and by which neighbours overlap. */
const HOP_SECONDS = 10;
const OVERLAP_SECONDS = 2;
/** Most windows whose features are kept, and from which the statistics of a take are measured: five minutes, 31 MB. */
const MEASURED_WINDOWS = 30;

export const OVERLAP_CODES = OVERLAP_SECONDS * CODES_PER_SECOND;

/** A stretch of a take that the ear hears at once, in codes of 20 ms. */
export interface EarWindow {
  /** A whole second, so that the window of a recording at any sample rate can be resampled alone. */
  first: number;
  end: number;
}

/**
 * The windows of a take of `codes` codes: about ten seconds apart, 8 to 17 s long, neighbours overlapping by two. They depend on the
 * length of the take alone. Equal to `plan` of models/pipeline/ear_take.py.
 */
export function planWindows(codes: number): EarWindow[] {
  const seconds = Math.max(0, Math.ceil(codes / CODES_PER_SECOND) - OVERLAP_SECONDS);
  const count = Math.max(1, Math.round(seconds / HOP_SECONDS));
  const starts = Array.from(
    { length: count },
    (_, i) => Math.round((i * seconds) / count) * CODES_PER_SECOND,
  );
  return starts.map((first, i) => ({ first, end: i < count - 1 ? starts[i + 1]! + OVERLAP_CODES : codes }));
}

/** Indices of the windows that the statistics of a take are measured in: all, or 30 spread over it. */
export function measuredWindows(count: number): number[] {
  if (count <= MEASURED_WINDOWS) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: MEASURED_WINDOWS }, (_, i) =>
    Math.floor((i * (count - 1)) / (MEASURED_WINDOWS - 1)),
  );
}

/** First and last code of window `i`, counted from its start, without half of each overlap: no code of the take is in two. */
export function ownCodes(windows: readonly EarWindow[], i: number): { from: number; to: number } {
  const { first, end } = windows[i]!;
  const half = OVERLAP_CODES / 2;
  return { from: i > 0 ? half : 0, to: end - first - (i < windows.length - 1 ? half : 0) };
}

/** Weight of the later window at code `k` of an overlap, or at sample `k` of `length`; that of the earlier one is 1 less it. */
export function fadeIn(k: number, length = OVERLAP_CODES): number {
  return (k + 0.5) / length;
}
