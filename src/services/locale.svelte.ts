import { LOCALES, type Locale, type Texts } from '../files/exhibit';
import { overwriteGetLocale } from '../paraglide/runtime';

let shown = $state<Locale>('en');
overwriteGetLocale(() => shown);

/** The language of the texts, of which messages and `inLocale` give another as soon as it is changed. */
export const language = {
  get locale(): Locale {
    return shown;
  },
  set locale(locale: Locale) {
    shown = locale;
  },
};

/** A text of an exhibit in the language shown; where it has none, in the first language that it has. '' for no text at all. */
export function inLocale(texts: Texts | undefined): string {
  if (!texts) return '';
  const found = [shown, ...LOCALES].find((locale) => texts[locale]);
  return found ? texts[found]! : '';
}
