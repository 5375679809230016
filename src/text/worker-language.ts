import { isLocale, overwriteGetLocale, type Locale } from '../paraglide/runtime';
import { english, shells } from '../paraglide/shells';
import { addTexts } from './messages';

/** What a page sends to its workers, beside the calls of comlink, which ignores it. */
export interface LanguageMessage {
  language: Locale;
  /** Languages that may be chosen where nothing may be requested any more: their texts are fetched now. */
  inAdvance: readonly Locale[];
}

/**
 * Makes the messages of this worker those of the page that owns it, from the next call that the page sends; in English until they have been
 * fetched, or where they cannot be.
 */
export function followPageLanguage(): void {
  addTexts('en', 'shell', english);
  let shown: Locale = 'en';
  overwriteGetLocale(() => shown);
  addEventListener('message', ({ data }: MessageEvent<Partial<LanguageMessage> | null>) => {
    if (!isLocale(data?.language)) return;
    shown = data.language;
    for (const locale of [shown, ...(data.inAdvance ?? [])])
      void shells[locale]().then(
        (catalogue) => addTexts(locale, 'shell', catalogue),
        (error: unknown) => console.warn(error),
      );
  });
}
