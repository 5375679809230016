import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as CataloguesModule from '../../../src/paraglide/catalogues';
import type * as LocaleModule from '../../../src/services/locale.svelte';

type Catalogues = typeof CataloguesModule.catalogues;

/** The catalogues asked for, `de shell`; each is answered by `answer`. */
const asked: string[] = [];
let answer: (name: string) => Promise<void>;

let locale: typeof LocaleModule;

beforeEach(async () => {
  asked.length = 0;
  answer = () => Promise.resolve();
  vi.resetModules();
  vi.doMock('../../../src/paraglide/catalogues', () => ({
    catalogues: new Proxy({} as Catalogues, {
      get: (_, language: string) =>
        new Proxy(
          {},
          {
            get: (__, name: string) => async () => {
              asked.push(`${language} ${name}`);
              await answer(`${language} ${name}`);
              return { text_less_than_a_second: () => `${language} ${name}` };
            },
          },
        ),
    }),
  }));
  locale = await import('../../../src/services/locale.svelte');
});

/** As a network answers: not in the same task. */
const later = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

describe('the language shown', () => {
  it('is one whose texts are here, and becomes the chosen one when they have been fetched', async () => {
    await locale.needTexts(['shell']);
    answer = later;
    locale.language.user = 'nl';
    expect(locale.language.locale).toBe('en');
    await vi.waitFor(() => expect(locale.language.locale).toBe('nl'));
    expect(asked).toEqual(['en shell', 'nl shell']);
  });

  it('is the chosen one before the first page is shown, whose texts are fetched in it alone', async () => {
    answer = later;
    locale.language.user = 'nl';
    await Promise.all([locale.needTexts(['studio']), locale.needTexts(['shell'])]);
    expect(locale.language.locale).toBe('nl');
    expect(new Set(asked)).toEqual(new Set(['nl shell', 'nl studio']));
  });

  it('is the last one that was chosen, whichever is fetched first', async () => {
    await locale.needTexts(['shell']);
    answer = (name) => (name === 'de shell' ? new Promise((resolve) => setTimeout(resolve, 30)) : later());
    locale.language.user = 'de';
    locale.language.user = 'fr';
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(locale.language.locale).toBe('fr');
  });

  it('has the texts of a page that is opened while it changes', async () => {
    await locale.needTexts(['shell']);
    answer = later;
    locale.language.user = 'es';
    await locale.needTexts(['live']);
    expect(locale.language.locale).toBe('es');
    expect(asked).toContain('es live');
  });

  it('changes at once where all texts are here', async () => {
    await locale.needTextsInAll(['shell', 'kiosk']);
    locale.language.exhibit = 'fr';
    expect(locale.language.locale).toBe('fr');
    locale.language.exhibit = null;
    expect(locale.language.locale).toBe('en');
  });

  it('stays as it is where its texts cannot be fetched, and can be chosen again', async () => {
    await locale.needTexts(['shell']);
    const failed = new Promise((resolve) => process.once('unhandledRejection', resolve));
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    locale.language.user = 'de';
    expect(await failed).toMatchObject({ cause: { message: 'Failed to fetch' } });
    expect(locale.language.locale).toBe('en');
    await locale.needTexts(['shell']);
    answer = later;
    locale.language.user = 'de';
    await vi.waitFor(() => expect(locale.language.locale).toBe('de'));
  });
});
