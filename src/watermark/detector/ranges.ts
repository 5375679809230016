import type { MarkedRange } from '../types';

/** Ranges with a smaller gap are joined. */
const GAP_SECONDS = 1;

/** Sorts ranges by start and joins those that overlap or are at most 1 s apart. */
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
