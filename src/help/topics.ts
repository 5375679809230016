import type { Locale } from '../files/exhibit';
import { m } from '../text/messages';
import type { Guide } from './guide';

export interface Topic {
  /** As in the address `#/help/<id>`, and the name of its files. */
  id: string;
  title: () => string;
  summary: () => string;
  /** Whether the guide is in English, whatever language is shown. */
  isEnglish?: boolean;
}

/** The guides, in the order in which they follow each other. */
export const TOPICS: readonly Topic[] = [
  { id: 'start', title: m.help_start, summary: m.help_start_summary },
  { id: 'calls', title: m.help_calls, summary: m.help_calls_summary },
  { id: 'voices', title: m.help_voices, summary: m.help_voices_summary },
  { id: 'detect', title: m.help_detect, summary: m.help_detect_summary },
  { id: 'offline', title: m.help_offline, summary: m.help_offline_summary },
  { id: 'kiosk', title: m.help_kiosk, summary: m.help_kiosk_summary },
  { id: 'museum', title: m.help_museum, summary: m.help_museum_summary, isEnglish: true },
  { id: 'deploy', title: m.help_deploy, summary: m.help_deploy_summary, isEnglish: true },
];

/** Made of Markdown by the build (scripts/help), one chunk each. */
const FILES = import.meta.glob<Guide>(
  ['../../docs/help/*/*.md', '../../docs/museum.md', '../../docs/deploy.md'],
  { import: 'default' },
);

/** In English where it is not in the language shown. Rejects where the guide cannot be fetched. */
export async function loadGuide(
  { id }: Topic,
  locale: Locale,
): Promise<{ guide: Guide; isEnglish: boolean }> {
  const inLocale = FILES[`../../docs/help/${locale}/${id}.md`];
  const english = FILES[`../../docs/help/en/${id}.md`] ?? FILES[`../../docs/${id}.md`]!;
  return { guide: await (inLocale ?? english)(), isEnglish: !inLocale || locale === 'en' };
}

/** The guide and the heading in the address (`#/help/<topic>/<heading>`). */
export function placeOf(hash: string): { topic: Topic | null; heading: string | null } {
  const [, , id, heading = ''] = hash.split('/');
  const topic = TOPICS.find((each) => each.id === id) ?? null;
  return { topic, heading: (topic && decoded(heading)) || null };
}

/** Browsers encode the letters of other languages; '' for what is no such code. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
