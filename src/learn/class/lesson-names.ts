import { m } from '../../text/messages';

/** Parts of the learning page that the pages for a class point to, by their name in the address (`#/learn/<name>`). */
export const LESSON_NAMES = {
  voice: m.learn_page_voice,
  conversion: m.learn_page_conversion,
  hear: m.learn_page_hear,
  mark: m.learn_page_mark,
  permission: m.learn_page_permission,
  cases: m.learn_page_cases,
  listening: m.class_listening_title,
  test: m.class_test_title,
  worksheets: m.class_sheets_title,
  letter: m.class_letter_title,
  history: m.class_history_title,
} as const;

export type LessonName = keyof typeof LESSON_NAMES;
