import { m } from '../../text/messages';

interface Task {
  text: () => string;
  /** What to write on: empty lines, or a table of empty rows. */
  space: { lines: number } | { columns: readonly (() => string)[]; rows: number; isNumbered?: boolean };
  answer: () => string;
}

/** A worksheet with its key. */
export interface Worksheet {
  id: string;
  title: () => string;
  tasks: readonly Task[];
}

export const WORKSHEETS: readonly Worksheet[] = [
  {
    id: 'voice',
    title: m.class_sheet_voice,
    tasks: [
      { text: m.class_sheet_voice_sort, space: { lines: 2 }, answer: m.class_sheet_voice_sort_key },
      { text: m.class_sheet_voice_whisper, space: { lines: 3 }, answer: m.class_sheet_voice_whisper_key },
      { text: m.class_sheet_voice_convert, space: { lines: 4 }, answer: m.class_sheet_voice_convert_key },
      { text: m.class_sheet_voice_laugh, space: { lines: 4 }, answer: m.class_sheet_voice_laugh_key },
    ],
  },
  {
    id: 'hear',
    title: m.class_sheet_hear,
    tasks: [
      { text: m.class_sheet_hear_before, space: { lines: 1 }, answer: m.class_sheet_hear_before_key },
      {
        text: m.class_sheet_hear_rounds,
        space: {
          columns: [m.class_sheet_round, m.class_sheet_my_answer, m.class_sheet_right],
          rows: 10,
          isNumbered: true,
        },
        answer: m.class_sheet_hear_rounds_key,
      },
      { text: m.class_sheet_hear_study, space: { lines: 3 }, answer: m.class_sheet_hear_study_key },
      { text: m.class_sheet_hear_call, space: { lines: 3 }, answer: m.class_sheet_hear_call_key },
    ],
  },
  {
    id: 'mark',
    title: m.class_sheet_mark,
    tasks: [
      {
        text: m.class_sheet_mark_attempts,
        space: { columns: [m.class_sheet_did, m.class_sheet_found, m.class_sheet_usable], rows: 6 },
        answer: m.class_sheet_mark_attempts_key,
      },
      { text: m.class_sheet_mark_yes, space: { lines: 3 }, answer: m.class_sheet_mark_yes_key },
      { text: m.class_sheet_mark_no, space: { lines: 3 }, answer: m.class_sheet_mark_no_key },
    ],
  },
  {
    id: 'permission',
    title: m.class_sheet_permission,
    tasks: [
      { text: m.class_sheet_permission_case, space: { lines: 4 }, answer: m.class_sheet_permission_case_key },
      {
        text: m.class_sheet_permission_write,
        space: { lines: 6 },
        answer: m.class_sheet_permission_write_key,
      },
      { text: m.class_sheet_permission_call, space: { lines: 3 }, answer: m.class_sheet_permission_call_key },
    ],
  },
];
