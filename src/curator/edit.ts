import {
  formatExhibit,
  parseExhibit,
  ExhibitError,
  type Exhibit,
  type Fault,
  type Locale,
  type Texts,
} from '../files/exhibit';

/** A list with the item at `from` at the place `to`; places outside of it are its ends. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from);
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, ...list.slice(from, from + 1));
  return rest;
}

/** A list with another item at `at`, or without it for undefined. */
export function replaced<T>(list: readonly T[], at: number, item: T | undefined): T[] {
  return list.flatMap((each, i) => (i !== at ? [each] : item === undefined ? [] : [item]));
}

/** Texts with another one in a language; an empty one is left out. */
export function withText(texts: Texts | undefined, locale: Locale, text: string): Texts {
  const { [locale]: _before, ...others } = texts ?? {};
  return text.trim() === '' ? others : { ...others, [locale]: text };
}

/** A copy without the fields that are undefined. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

/** What the kiosk is given of what is being edited: without empty names, lines, sentences and periods. */
export function tidied(exhibit: Exhibit): Exhibit {
  const isFilled = (texts: Texts | undefined) => texts !== undefined && Object.keys(texts).length > 0;
  const { openingHours = [], heartbeat = '', ...others } = exhibit;
  return defined({
    ...others,
    voices: exhibit.voices.map(({ name, line, ...voice }) =>
      defined({ ...voice, name: isFilled(name) ? name : undefined, line: isFilled(line) ? line : undefined }),
    ),
    prompts: exhibit.prompts.filter(isFilled),
    openingHours: openingHours.length > 0 ? openingHours : undefined,
    heartbeat: heartbeat.trim() || undefined,
  });
}

/** Why what is being edited cannot be used yet; undefined if it can. */
export function faultOf(exhibit: Exhibit): Fault | undefined {
  try {
    parseExhibit(formatExhibit(tidied(exhibit)));
    return undefined;
  } catch (error) {
    if (error instanceof ExhibitError) return error.fault;
    throw error;
  }
}

/** Languages of the exhibit in which some of these texts are missing that others have. */
export function untranslated(exhibit: Exhibit): Locale[] {
  const all = [
    exhibit.title,
    ...exhibit.prompts,
    ...exhibit.voices.flatMap(({ name, line }) => [name, line]),
  ];
  const begun = all.filter((texts): texts is Texts => texts !== undefined && Object.keys(texts).length > 0);
  return exhibit.languages.filter((locale) => begun.some((texts) => !texts[locale]));
}
