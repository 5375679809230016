import { getLocale } from '../paraglide/runtime';

/**
 * The language shown as `Intl` and `lang` take it, with the user's region where the browser names one: `en-GB` for English in a browser
 * that prefers `en-GB`, since dates and numbers differ between regions.
 */
export function regionalLocale(): string {
  const locale = getLocale();
  const preferred = globalThis.navigator?.languages ?? [];
  return preferred.find((tag) => tag.split('-')[0] === locale) ?? locale;
}

const made = new Map<string, unknown>();

/** A formatter for the language shown; making one takes a hundred times as long as using it, so each is made once. */
function formatter<T>(kind: string, options: object, make: (locale: string) => T): T {
  const locale = regionalLocale();
  const key = `${kind} ${locale} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, make(locale));
  return made.get(key) as T;
}

export function numberFormat(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return formatter('number', options, (locale) => new Intl.NumberFormat(locale, options));
}

export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return formatter('date', options, (locale) => new Intl.DateTimeFormat(locale, options));
}

export function listFormat(options: Intl.ListFormatOptions): Intl.ListFormat {
  return formatter('list', options, (locale) => new Intl.ListFormat(locale, options));
}

/** A language in its own words: "Français". */
export function ownLanguageName(locale: string): string {
  const name = new Intl.DisplayNames(locale, { type: 'language' }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}

export function languageNames(): Intl.DisplayNames {
  return formatter('languages', {}, (locale) => new Intl.DisplayNames(locale, { type: 'language' }));
}
