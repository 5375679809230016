import type { MarkedRange } from '../types';

/** Closer ranges than that are one. */
const GAP_SECONDS = 1;

/** Joins ranges that overlap or nearly touch; in order. */
export function mergeRanges(ranges: readonly MarkedRange[]): MarkedRange[] {
  const merged: MarkedRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.startSeconds - b.startSeconds)) {
    const last = merged.at(-1);
    if (!last || range.startSeconds > last.endSeconds + GAP_SECONDS) {
      merged.push({ ...range });
      continue;
    }
    last.endSeconds = Math.max(last.endSeconds, range.endSeconds);
    last.pValue = Math.min(last.pValue, range.pValue);
  }
  return merged;
}
