import type { LessonName } from '../lesson-names';

/** A question of the test with its options, one of them right. */
export interface TestItem {
  id: string;
  ask: () => string;
  options: readonly (() => string)[];
  /** Index of the right option. */
  answer: number;
  /** Why that one is right. */
  why: () => string;
  /** Where it is taught. */
  lesson: LessonName;
}

export interface TestScore {
  right: number;
  wrong: TestItem[];
  /** Index of the first item without an answer; the number of items where there is none. */
  next: number;
}

/** `answers`: the option chosen, by the id of the item. Options and items that the test does not have count as no answer. */
export function testScore(items: readonly TestItem[], answers: Readonly<Record<string, number>>): TestScore {
  const chosen = (item: TestItem) => {
    const answer = Object.hasOwn(answers, item.id) ? answers[item.id] : undefined;
    return answer !== undefined && answer < item.options.length ? answer : undefined;
  };
  const open = items.findIndex((item) => chosen(item) === undefined);
  return {
    right: items.filter((item) => chosen(item) === item.answer).length,
    wrong: items.filter((item) => ![undefined, item.answer].includes(chosen(item))),
    next: open === -1 ? items.length : open,
  };
}
