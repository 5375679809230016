import { m } from '../text/messages';
import { number } from '../text/format';
import { guessingChance } from './guessing';

/** One lesson in the teacher's guide. */
export interface GuideLesson {
  id: string;
  title: () => string;
  minutes: number;
  aim: () => string;
  steps: (() => string)[];
  ask: { question: () => string; expect: () => string }[];
}

/** The score that the guide asks about. */
const SCORE = { right: 7, of: 10 };

export const GUIDE: readonly GuideLesson[] = [
  {
    id: 'voice',
    title: m.learn_page_voice,
    minutes: 15,
    aim: m.learn_guide_voice_aim,
    steps: [m.learn_guide_voice_step_1, m.learn_guide_voice_step_2, m.learn_guide_voice_step_3],
    ask: [
      { question: m.learn_guide_voice_ask_1, expect: m.learn_guide_voice_expect_1 },
      { question: m.learn_guide_voice_ask_2, expect: m.learn_guide_voice_expect_2 },
    ],
  },
  {
    id: 'conversion',
    title: m.learn_page_conversion,
    minutes: 15,
    aim: m.learn_guide_conversion_aim,
    steps: [
      m.learn_guide_conversion_step_1,
      m.learn_guide_conversion_step_2,
      m.learn_guide_conversion_step_3,
    ],
    ask: [
      { question: m.learn_guide_conversion_ask_1, expect: m.learn_guide_conversion_expect_1 },
      { question: m.learn_guide_conversion_ask_2, expect: m.learn_guide_conversion_expect_2 },
    ],
  },
  {
    id: 'hear',
    title: m.learn_page_hear,
    minutes: 15,
    aim: m.learn_guide_hear_aim,
    steps: [m.learn_guide_hear_step_1, m.learn_guide_hear_step_2, m.learn_guide_hear_step_3],
    ask: [
      {
        question: () => m.learn_guide_hear_ask_1({ right: number(SCORE.right), of: number(SCORE.of) }),
        expect: () =>
          m.learn_guide_hear_expect_1({ games: number(100 * guessingChance(SCORE.right, SCORE.of)) }),
      },
      { question: m.learn_guide_hear_ask_2, expect: m.learn_guide_hear_expect_2 },
    ],
  },
  {
    id: 'mark',
    title: m.learn_page_mark,
    minutes: 20,
    aim: m.learn_guide_mark_aim,
    steps: [m.learn_guide_mark_step_1, m.learn_guide_mark_step_2, m.learn_guide_mark_step_3],
    ask: [
      { question: m.learn_guide_mark_ask_1, expect: m.learn_guide_mark_expect_1 },
      { question: m.learn_guide_mark_ask_2, expect: m.learn_guide_mark_expect_2 },
      { question: m.learn_guide_mark_ask_3, expect: m.learn_guide_mark_expect_3 },
    ],
  },
  {
    id: 'permission',
    title: m.learn_page_permission,
    minutes: 25,
    aim: m.learn_guide_permission_aim,
    steps: [
      m.learn_guide_permission_step_1,
      m.learn_guide_permission_step_2,
      m.learn_guide_permission_step_3,
    ],
    ask: [
      { question: m.learn_guide_permission_ask_1, expect: m.learn_guide_permission_expect_1 },
      { question: m.learn_guide_permission_ask_2, expect: m.learn_guide_permission_expect_2 },
    ],
  },
];
