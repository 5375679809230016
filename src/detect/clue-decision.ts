import rates from './clue-rates.json';
import type { ClueId } from './clues';

/** In `points` of `of` recordings the clue points to synthesis. */
interface Share {
  points: number;
  of: number;
}

export interface ClueRates {
  /** A clue points to synthesis from `from` (included) to `to` (excluded); null is unbounded. */
  from: number | null;
  to: number | null;
  rates: { treatment: string; people: Share; made: Share; others: Share }[];
}

/** Measured and written by scripts/clues.mjs. */
export const RATES: Record<ClueId, ClueRates> = rates;

/**
 * A clue is shown without a verdict if its rate on recordings made with the app exceeds that on people by less than
 * MIN_DIFFERENCE, or if its rate on people exceeds MAX_FALSE_RATE.
 */
const MIN_DIFFERENCE = 0.3;
const MAX_FALSE_RATE = 0.25;

export function isInformative(id: ClueId): boolean {
  const { people, made } = RATES[id].rates[0]!;
  const pointedAt = people.points / people.of;
  return pointedAt <= MAX_FALSE_RATE && made.points / made.of - pointedAt >= MIN_DIFFERENCE;
}

export function pointsToSynthesis(id: ClueId, value: number): boolean {
  const { from, to } = RATES[id];
  return value >= (from ?? -Infinity) && value < (to ?? Infinity);
}
