import type { Catalogue, CatalogueName, Messages } from '../paraglide/catalogues';
import { getLocale, type Locale } from '../paraglide/runtime';

type Message = (inputs?: object, options?: { locale?: Locale }) => string;

/** The texts that are here, by language and name of the message. */
const texts: Partial<Record<Locale, Catalogue>> = {};
const here = new Set<string>();
/** `m` makes the function of a message when it is first asked for. */
const functions: Record<string, Message> = {};

/**
 * All that is said to people, in the language shown or in `options.locale`. A text whose catalogue is not here is said in
 * English, or by its name.
 */
export const m = new Proxy(functions, {
  get(made, name) {
    if (typeof name === 'symbol') return undefined;
    return (made[name] ??= (inputs = {}, { locale = getLocale() } = {}) =>
      (texts[locale]?.[name] ?? texts.en?.[name])?.(inputs) ?? name);
  },
}) as unknown as Messages;

/** Takes over texts that have been imported. */
export function addTexts(locale: Locale, name: CatalogueName, catalogue: Catalogue): void {
  texts[locale] = { ...texts[locale], ...catalogue };
  here.add(`${locale} ${name}`);
}

/** Whether all texts of these catalogues are here. */
export function hasTexts(locale: Locale, names: Iterable<CatalogueName>): boolean {
  return [...names].every((name) => here.has(`${locale} ${name}`));
}
