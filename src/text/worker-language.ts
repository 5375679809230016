import { isLocale, overwriteGetLocale, type Locale } from '../paraglide/runtime';

/** What a page sends to its workers, beside the calls of comlink, which ignores it. */
export interface LanguageMessage {
  language: Locale;
}

/** Makes the messages of this worker those of the page that owns it, from the next call that the page sends. */
export function followPageLanguage(): void {
  let shown: Locale = 'en';
  overwriteGetLocale(() => shown);
  addEventListener('message', ({ data }: MessageEvent<Partial<LanguageMessage> | null>) => {
    if (isLocale(data?.language)) shown = data.language;
  });
}
