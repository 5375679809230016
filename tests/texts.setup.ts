import { LOCALES } from '../src/files/exhibit/locales';
import { catalogues, type CatalogueName } from '../src/paraglide/catalogues';
import { loadTexts } from '../src/text/load-texts';

/* What pages fetch when they are opened: all texts, so that tests of modules read what a page would say. */
const all = Object.keys(catalogues.en) as CatalogueName[];
await Promise.all(LOCALES.map((locale) => loadTexts(locale, all)));
