import type { Locale, Texts } from '../files/exhibit';
import { LOCALES } from '../files/exhibit/locales';
import type { CatalogueName } from '../paraglide/catalogues';
import { overwriteGetLocale } from '../paraglide/runtime';
import { ownLanguageName } from '../text/formatters';
import { loadTexts } from '../text/load-texts';
import { hasTexts, m } from '../text/messages';

const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;

interface Choice {
  /** What the user of the app reads. */
  user: Locale;
  /** What the visitor of a kiosk has chosen, which is shown instead while the kiosk is; null once it is left. */
  exhibit: Locale | null;
}

const FIRST: Choice = { user: 'en', exhibit: null };
/** What is shown. */
let choice = $state.raw(FIRST);
/** What was asked for last, which is shown once its texts are here. */
let asked = FIRST;
/** Of what has been opened in this tab. */
const needed = new Set<CatalogueName>(['shell']);
const listeners = new Set<(locale: Locale) => void>();
/** Whose texts are fetched before they are chosen. */
let inAdvance: readonly Locale[] = [];

// Left out of the release: only the build for tests of layout has this language (scripts/pseudo.mjs).
const isPseudo = import.meta.env.MODE === 'pseudo' && new URLSearchParams(location.search).has('pseudo');
const shown = () => localeOf(choice);
overwriteGetLocale(shown);

function localeOf({ user, exhibit }: Choice): Locale {
  return isPseudo ? ('ar-XB' as Locale) : (exhibit ?? user);
}

/** The language of the texts, of which messages and `inLocale` give another as soon as it is changed. */
export const language = {
  get locale(): Locale {
    return shown();
  },
  get direction(): 'ltr' | 'rtl' {
    return RIGHT_TO_LEFT.test(shown()) ? 'rtl' : 'ltr';
  },
  /** The languages whose texts every thread fetches before they are chosen. */
  get inAdvance(): readonly Locale[] {
    return inAdvance;
  },
  set user(user: Locale) {
    ask({ ...asked, user });
  },
  set exhibit(exhibit: Locale | null) {
    ask({ ...asked, exhibit });
  },
  /** Calls `listener` with the language now, and whenever it or `inAdvance` changes. Returns what ends that. */
  follow(listener: (locale: Locale) => void): () => void {
    listeners.add(listener);
    listener(shown());
    return () => listeners.delete(listener);
  },
};

/** Shows what is asked for: at once where its texts are here, otherwise when they have been fetched, unless something else was asked for meanwhile. */
function ask(next: Choice): void {
  asked = next;
  if (!hasTexts(localeOf(next), needed)) {
    void fetchAsked(next);
    return;
  }
  choice = next;
  tellAll();
}

function tellAll(): void {
  for (const listener of listeners) listener(shown());
}

async function fetchAsked(next: Choice): Promise<void> {
  const locale = localeOf(next);
  try {
    await loadTexts(locale, needed);
  } catch (cause) {
    if (asked === next) asked = choice;
    throw new Error(m.offline_language_failed({ language: ownLanguageName(locale) }), { cause });
  }
  if (asked === next) ask(next);
}

/** Fetches texts in the language shown, and in those that are chosen later; rejects where that cannot be done. */
export async function needTexts(names: readonly CatalogueName[]): Promise<void> {
  for (const name of names) needed.add(name);
  do {
    const next = asked;
    await loadTexts(localeOf(next), needed);
    if (asked === next && choice !== next) ask(next);
  } while (!hasTexts(shown(), needed));
}

/** Fetches texts in every language, as the workers do with theirs from then on. */
export async function needTextsInAll(names: readonly CatalogueName[]): Promise<void> {
  for (const name of names) needed.add(name);
  if (inAdvance !== LOCALES) {
    inAdvance = LOCALES;
    tellAll();
  }
  await Promise.all(LOCALES.map((locale) => loadTexts(locale, needed)));
}

/** The first of the browser's languages that the app speaks; English if it speaks none. */
export function languageOfBrowser(): Locale {
  const tags = globalThis.navigator?.languages ?? [];
  const wanted = tags.map((tag) => LOCALES.find((locale) => tag.split('-')[0] === locale));
  return wanted.find((locale) => locale !== undefined) ?? 'en';
}

/** A text of an exhibit in the language shown; where it has none, in the first language that it has. '' for no text at all. */
export function inLocale(texts: Texts | undefined): string {
  if (!texts) return '';
  const found = [shown(), ...LOCALES].find((locale) => texts[locale]);
  return found ? texts[found]! : '';
}
