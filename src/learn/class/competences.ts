import { m } from '../../text/messages';
import type { LessonName } from './lesson-names';

/** Competences of the AI literacy framework (`AI_LITERACY`), by domain and number, in the words of its final version of June 2026. */
const COMPETENCES = {
  'Engage with AI 1': 'Recognise AI’s role and influence in different contexts.',
  'Engage with AI 2':
    'Describe how AI systems perform tasks using language that addresses and clarifies common misconceptions.',
  'Engage with AI 3': 'Evaluate whether AI outputs should be accepted, revised or rejected.',
  'Engage with AI 7':
    'Analyse how well the use of an AI system aligns with ethical principles and human values.',
  'Create with AI 4':
    'Analyse how AI can safeguard or violate content authenticity and intellectual property.',
  'Shape AI 1':
    'Investigate how an AI system is intended to work, whom it is designed for and what its limitations are.',
  'Shape AI 2':
    'Evaluate AI systems using defined criteria, expected outcomes, test cases and user feedback.',
} as const;

interface Served {
  competence: keyof typeof COMPETENCES;
  /** What pupils do for it. */
  how: () => string;
}

/** Which lesson serves which competence: the judgement of this project. */
export const SERVED: readonly { lesson: LessonName; by: readonly Served[] }[] = [
  { lesson: 'voice', by: [{ competence: 'Engage with AI 2', how: m.class_serves_voice }] },
  {
    lesson: 'conversion',
    by: [
      { competence: 'Engage with AI 2', how: m.class_serves_conversion },
      { competence: 'Shape AI 1', how: m.class_serves_conversion_limits },
    ],
  },
  {
    lesson: 'hear',
    by: [
      { competence: 'Engage with AI 3', how: m.class_serves_hear },
      { competence: 'Shape AI 2', how: m.class_serves_hear_criteria },
    ],
  },
  {
    lesson: 'mark',
    by: [
      { competence: 'Create with AI 4', how: m.class_serves_mark },
      { competence: 'Shape AI 2', how: m.class_serves_mark_attempts },
    ],
  },
  { lesson: 'permission', by: [{ competence: 'Engage with AI 7', how: m.class_serves_permission }] },
  {
    lesson: 'cases',
    by: [
      { competence: 'Engage with AI 1', how: m.class_serves_cases },
      { competence: 'Create with AI 4', how: m.class_serves_cases_content },
    ],
  },
];

export function statement(competence: Served['competence']): string {
  return COMPETENCES[competence];
}
