import { m } from '../../paraglide/messages';

/** Parts of the learning page that the pages for a class point to, by their name in the address (`#/learn/<name>`). */
export const LESSON_NAMES = {
  voice: m.class_lesson_voice,
  conversion: m.class_lesson_conversion,
  hear: m.class_lesson_hear,
  mark: m.class_lesson_mark,
  permission: m.class_lesson_permission,
  cases: m.class_lesson_cases,
  listening: m.class_listening_title,
  test: m.class_test_title,
  worksheets: m.class_sheets_title,
  letter: m.class_letter_title,
  history: m.class_history_title,
} as const;

export type LessonName = keyof typeof LESSON_NAMES;
