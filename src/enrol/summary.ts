import type { Piece, Reason } from './piece';

/** Seconds of speech recommended for a good voice; it can be made from less. */
export const WANTED_SECONDS = 60;

/** Whether the voice is made from this piece: the user's choice overrules the reason found by the analysis. */
export function isKept({ choice, reason }: Piece): boolean {
  return choice === 'keep' || (choice === 'unheard' && reason === null);
}

export interface PieceSummary {
  keptSeconds: number;
  /** Seconds left out, by reason; `dropped` by the user. */
  leftOutSeconds: Partial<Record<Reason | 'dropped', number>>;
}

export function summarise(pieces: Piece[]): PieceSummary {
  const summary: PieceSummary = { keptSeconds: 0, leftOutSeconds: {} };
  for (const piece of pieces) {
    const seconds = piece.endSeconds - piece.startSeconds;
    if (isKept(piece)) {
      summary.keptSeconds += seconds;
      continue;
    }
    const why = piece.choice === 'drop' || piece.reason === null ? 'dropped' : piece.reason;
    summary.leftOutSeconds[why] = (summary.leftOutSeconds[why] ?? 0) + seconds;
  }
  return summary;
}
