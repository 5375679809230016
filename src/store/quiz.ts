import * as v from 'valibot';

/** Where the scores are in localStorage. */
export const SCORES_KEY = 'understudy-quiz';

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
  return readStored() ?? v.parse(scoresSchema, {});
}

/** Changes a score as it stands, which another tab may have changed; without storage, as it is shown. Returns all scores. */
export function changeScore(
  shown: QuizScores,
  kind: keyof QuizScores,
  change: (score: QuizScores[typeof kind]) => QuizScores[typeof kind],
): QuizScores {
  const before = readStored() ?? shown;
  const scores = { ...before, [kind]: change(before[kind]) };
  saveScores(scores);
  return scores;
}

/** Saves the scores. Without storage they last for this visit. */
export function saveScores(scores: QuizScores): void {
  try {
    localStorage.setItem(SCORES_KEY, JSON.stringify(scores));
  } catch {
    // Private window or full device: the quiz works without.
  }
}

/** Undefined where none are stored or readable. */
function readStored(): QuizScores | undefined {
  try {
    const text = localStorage.getItem(SCORES_KEY);
    return text === null ? undefined : v.parse(scoresSchema, JSON.parse(text));
  } catch {
    return undefined;
  }
}
