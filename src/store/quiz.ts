import * as v from 'valibot';

const KEY = 'understudy-quiz';

const scoreSchema = v.object({
  right: v.pipe(v.number(), v.integer(), v.minValue(0)),
  of: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export const scoresSchema = v.object({
  mark: v.fallback(scoreSchema, { right: 0, of: 0 }),
  computer: v.fallback(scoreSchema, { right: 0, of: 0 }),
});

export type QuizScores = v.InferOutput<typeof scoresSchema>;

/** Scores on this device; zero where they cannot be read. */
export function loadScores(): QuizScores {
  try {
    return v.parse(scoresSchema, JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    return v.parse(scoresSchema, {});
  }
}

/** Saves the scores. Without storage they last for this visit. */
export function saveScores(scores: QuizScores): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(scores));
  } catch {
    // Private window or full device: the quiz works without.
  }
}
