import { m } from '../../text/messages';
import type { LessonName } from './lesson-names';

export interface Step {
  minutes: number;
  text: () => string;
  /** What to open. */
  open: readonly LessonName[];
}

/** A lesson of one length, step by step. */
export interface Plan {
  minutes: number;
  aim: () => string;
  steps: readonly Step[];
}

export const PLANS: readonly Plan[] = [
  {
    minutes: 20,
    aim: m.class_plan20_aim,
    steps: [
      { minutes: 3, text: m.class_plan20_start, open: ['conversion'] },
      { minutes: 6, text: m.class_plan20_listen, open: ['listening'] },
      { minutes: 5, text: m.class_plan20_mark, open: ['mark'] },
      { minutes: 4, text: m.class_plan20_consent, open: ['permission'] },
      { minutes: 2, text: m.class_plan20_end, open: ['worksheets'] },
    ],
  },
  {
    minutes: 45,
    aim: m.class_plan45_aim,
    steps: [
      { minutes: 4, text: m.class_plan45_start, open: ['letter'] },
      { minutes: 7, text: m.class_plan45_voice, open: ['voice', 'worksheets'] },
      { minutes: 7, text: m.class_plan45_conversion, open: ['conversion'] },
      { minutes: 8, text: m.class_plan45_listen, open: ['listening'] },
      { minutes: 9, text: m.class_plan45_mark, open: ['mark', 'worksheets'] },
      { minutes: 7, text: m.class_plan45_consent, open: ['permission', 'cases'] },
      { minutes: 3, text: m.class_plan45_end, open: ['test'] },
    ],
  },
];

/** The steps with the minutes of the lesson at which they begin and end. */
export function timed({ steps }: Plan): (Step & { from: number; to: number })[] {
  let to = 0;
  return steps.map((step) => {
    const from = to;
    to += step.minutes;
    return { ...step, from, to };
  });
}
