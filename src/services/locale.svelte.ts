import type { Locale, Texts } from '../files/exhibit';
import { LOCALES } from '../files/exhibit/locales';
import { overwriteGetLocale } from '../paraglide/runtime';

const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;

let ofUser = $state<Locale>('en');
let ofExhibit = $state<Locale | null>(null);
const listeners = new Set<(locale: Locale) => void>();

// Left out of the release: only the build for tests of layout has this language (scripts/pseudo.mjs).
const isPseudo = import.meta.env.MODE === 'pseudo' && new URLSearchParams(location.search).has('pseudo');
const shown = () => (isPseudo ? ('ar-XB' as Locale) : (ofExhibit ?? ofUser));
overwriteGetLocale(shown);

/** The language of the texts, of which messages and `inLocale` give another as soon as it is changed. */
export const language = {
  get locale(): Locale {
    return shown();
  },
  get direction(): 'ltr' | 'rtl' {
    return RIGHT_TO_LEFT.test(shown()) ? 'rtl' : 'ltr';
  },
  /** What the user of the app reads. */
  set user(locale: Locale) {
    ofUser = locale;
    tell();
  },
  /** What the visitor of a kiosk has chosen, which is shown instead while the kiosk is; null once it is left. */
  set exhibit(locale: Locale | null) {
    ofExhibit = locale;
    tell();
  },
  /** Calls `listener` with the language now, and whenever it changes. Returns what ends that. */
  follow(listener: (locale: Locale) => void): () => void {
    listeners.add(listener);
    listener(shown());
    return () => listeners.delete(listener);
  },
};

function tell(): void {
  for (const listener of listeners) listener(shown());
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
