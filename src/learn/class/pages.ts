import type { Component } from 'svelte';
import { m } from '../../text/messages';
import type { Material } from '../material.svelte';
import HistoryPage from './HistoryPage.svelte';
import LetterPage from './LetterPage.svelte';
import ListeningPage from './listening/ListeningPage.svelte';
import PlansPage from './PlansPage.svelte';
import TestPage from './test/TestPage.svelte';
import WorksheetsPage from './WorksheetsPage.svelte';

/** A page beside the lessons, for a class and its teacher (`#/learn/<id>`). */
export interface ClassPage {
  id: string;
  title: () => string;
  /** Component of a page that works on a recording. */
  lesson?: Component<{ material: Material }>;
  reading?: Component;
  /** Whether what it prints has titles of its own. */
  hasSheets?: boolean;
}

export const CLASS_PAGES: readonly ClassPage[] = [
  { id: 'plans', title: m.class_plans_title, reading: PlansPage },
  { id: 'listening', title: m.class_listening_title, lesson: ListeningPage },
  { id: 'test', title: m.class_test_title, reading: TestPage },
  { id: 'worksheets', title: m.class_sheets_title, reading: WorksheetsPage, hasSheets: true },
  { id: 'letter', title: m.class_letter_title, reading: LetterPage, hasSheets: true },
  { id: 'history', title: m.class_history_title, reading: HistoryPage },
];
