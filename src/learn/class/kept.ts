import * as v from 'valibot';
import { CLASS_KEY } from '../../store/kept/local';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const tallySchema = v.pipe(
  v.object({ yes: count, of: count }),
  v.check(({ yes, of }) => yes <= of),
);
const none = () => ({ yes: 0, of: 0 });
const keptSchema = v.object({
  /** The option chosen for each answered item of the test, by the item's id. */
  answers: v.fallback(v.record(v.string(), count), () => ({})),
  /** Of clips that a computer made: how often it was said that a computer made them. */
  computer: v.fallback(tallySchema, none),
  /** Of a recording and its conversion: how often they were called the same person. */
  same: v.fallback(tallySchema, none),
});

/** Answers of a class; `yes` of all answers, `of`. */
export type Tally = v.InferOutput<typeof tallySchema>;

/** What is kept on this device of a class: no names, no sound. */
export type Kept = v.InferOutput<typeof keptSchema>;

/** Parts that cannot be read are empty. */
export function loadKept(): Kept {
  return readStored() ?? v.parse(keptSchema, {});
}

/** Changes what is kept as it stands, which another tab may have changed; without storage, as it is shown. */
export function changeKept(shown: Kept, change: (kept: Kept) => Kept): Kept {
  const kept = change(readStored() ?? shown);
  try {
    const isEmpty = Object.keys(kept.answers).length + kept.computer.of + kept.same.of === 0;
    if (isEmpty) localStorage.removeItem(CLASS_KEY);
    else localStorage.setItem(CLASS_KEY, JSON.stringify(kept));
  } catch {
    // Private window or full device: it lasts for this visit.
  }
  return kept;
}

/** Undefined where nothing is stored or readable. */
function readStored(): Kept | undefined {
  try {
    const text = localStorage.getItem(CLASS_KEY);
    return text === null ? undefined : v.parse(keptSchema, JSON.parse(text));
  } catch {
    return undefined;
  }
}
