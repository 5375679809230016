import type { Piece, Reason } from './piece';

/** Speech that a good voice takes, in seconds; it can be made of less. */
export const WANTED_SECONDS = 60;

/** Whether a piece goes into the voice: what the user says outweighs what was measured. */
export function isKept({ choice, reason }: Piece): boolean {
  return choice === 'keep' || (choice === 'unheard' && reason === null);
}

export interface PieceSummary {
  keptSeconds: number;
  /** Left out, by reason; `dropped` by hand. */
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
