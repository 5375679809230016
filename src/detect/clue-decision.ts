import rates from './clue-rates.json';
import type { ClueId } from './clues';

/** Of so many recordings, in how many a clue points to synthesis. */
interface Share {
  points: number;
  of: number;
}

export interface ClueRates {
  /** A clue points to synthesis from `from` up to `to`; null is no end. */
  from: number | null;
  to: number | null;
  rates: { treatment: string; people: Share; made: Share; others: Share }[];
}

/** Measured by scripts/clues.mjs, which writes them. */
export const RATES: Record<ClueId, ClueRates> = rates;

/**
 * A clue that tells people from what was made here hardly better than a coin, or that would point at many people, is shown,
 * and says nothing.
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
