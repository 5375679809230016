import { catalogues, type CatalogueName } from '../paraglide/catalogues';
import type { Locale } from '../paraglide/runtime';
import { addTexts, hasTexts } from './messages';

/** Fetches what is not here of these catalogues; rejects where one of them cannot be fetched. */
export async function loadTexts(locale: Locale, names: Iterable<CatalogueName>): Promise<void> {
  const missing = [...names].filter((name) => !hasTexts(locale, [name]));
  await Promise.all(missing.map(async (name) => addTexts(locale, name, await catalogues[locale][name]())));
}
