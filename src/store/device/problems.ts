import * as v from 'valibot';
import { kindOf } from './counters';
import { changeMuseum, readMuseum } from './museum';

/** How many are kept. */
export const MAX_PROBLEMS = 50;

const problemsSchema = v.array(
  v.object({
    /** Milliseconds since 1970, by the clock of the device at that time. */
    atMs: v.number(),
    /** What did not work: a code of the app. */
    code: v.string(),
    /** Name or code of the error behind it; '' where there was none. */
    detail: v.string(),
  }),
);

/** What did not work here lately, without what anybody said or who it was; the newest first. */
export type Problems = v.InferOutput<typeof problemsSchema>;

export async function readProblems(): Promise<Problems> {
  return (await readMuseum('problems', problemsSchema)) ?? [];
}

export async function noteProblem(code: string, error: unknown): Promise<void> {
  const problem = { atMs: Date.now(), code, detail: kindOf(error) ?? '' };
  await changeMuseum('problems', problemsSchema, (problems = []) =>
    [problem, ...problems].slice(0, MAX_PROBLEMS),
  );
}

export async function forgetProblems(): Promise<void> {
  await changeMuseum('problems', problemsSchema, () => undefined);
}
