import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { BEGIN, END } from '../../scripts/pseudo.mjs';
import { DEFAULT_EXHIBIT } from '../../src/files/exhibit';
import { AUDITIONS } from '../../src/ui/transcript/built-in-sounds';
import { EXPECTED_VOICES } from '../../src/ui/voice-words';
import { promptsIn } from '../../src/voices/prompts';
import { clippedOf } from './reflow';
import { audioSeconds, chooseLanguage, openApp, type Opened } from './support';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));
const LANGUAGES = ['de', 'nl', 'fr', 'es', 'en'];
const HEIGHT = 844;
const PAGES = [
  ...['studio', 'live', 'voices', 'voices/roosevelt', 'detect', 'learn', 'curator', 'kiosk'],
  ...['help', 'about'],
];

/** What is the same in every language: names, ids, sentences to read aloud, and the texts of an exhibit, which are its own. */
const SAME = [
  ...['Understudy', 'Kathleen', 'Joe', 'Kerstin', 'Nathalie', 'Kumo', 'Pip', 'Ambrose'],
  ...['Theodore Roosevelt', 'Florence Nightingale'],
  ...['English', 'Deutsch', 'Nederlands', 'Français', 'Español'],
  ...[...DEFAULT_EXHIBIT.voices.map(({ id }) => id), '/alive', ...promptsIn('en')],
  // The names that outlines of voices have while the networks load.
  ...EXPECTED_VOICES,
  ...AUDITIONS.map(({ words }) => words.text),
  ...['WAV', 'MP3', 'M4A', 'Opus', 'CC0', 'MIT', 'Apache', 'JSON', 'Hz', 'dB'],
  ...[
    DEFAULT_EXHIBIT.title,
    ...DEFAULT_EXHIBIT.prompts,
    ...DEFAULT_EXHIBIT.voices.map(({ line }) => line ?? {}),
  ]
    .flatMap((texts) => Object.values(texts))
    .sort((a, b) => b.length - a.length),
];

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** Marks every element of the page; returns how many of the marked ones are no longer in it. */
async function markElements(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const marked = [...document.querySelectorAll('main *')];
    Object.assign(window, { marked });
  });
  return () =>
    page.evaluate(() =>
      (window as unknown as { marked: Element[] }).marked
        .filter((element) => !element.isConnected)
        .map((element) => element.outerHTML.slice(0, 100)),
    );
}

const root = (page: Page) =>
  page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);

describe('another language', () => {
  it('leaves a page as it is: its take stays open, its elements stay, and its numbers follow', async () => {
    app = await openApp();
    const { page } = app;
    await page.getByTestId('file-input').setInputFiles(SPEECH);
    await page.getByTestId('open-take').waitFor();
    await page.getByTestId('convert').waitFor();
    const name = await page.getByTestId('open-take').textContent();
    const semitones = page.locator('.controls .slider').first();
    const removed = await markElements(page);
    const headings = new Set<string>();
    for (const locale of LANGUAGES) {
      await chooseLanguage(page, locale);
      await expect.poll(() => root(page)).toEqual([locale, 'ltr']);
      await expect.poll(() => semitones.textContent()).toContain(locale === 'en' ? '0.0' : '0,0');
      expect(await page.getByTestId('open-take').textContent()).toBe(name);
      headings.add((await page.locator('footer').textContent())!);
    }
    expect(headings.size).toBe(LANGUAGES.length);
    expect(await removed()).toEqual([]);
    await chooseLanguage(page, 'de');
    await page.reload();
    await expect.poll(() => root(page)).toEqual(['de', 'ltr']);
  });

  it('is what a browser prefers, until the user chooses', async () => {
    app = await openApp({ args: ['--lang=nl', '--accept-lang=nl-BE,nl'] });
    const { page } = app;
    expect(await page.evaluate(() => navigator.language)).toMatch(/^nl/);
    await expect.poll(() => root(page)).toEqual(['nl', 'ltr']);
    await chooseLanguage(page, 'fr');
    await page.reload();
    await expect.poll(() => root(page)).toEqual(['fr', 'ltr']);
  });

  it('leaves a live session on', async () => {
    app = await openApp({ path: '#/live', fakeMicWav: SPEECH });
    const { page } = app;
    await page.getByTestId('live-ready').waitFor({ timeout: 60_000 });
    await page.getByTestId('live-toggle').click();
    const isLive = page.locator('[data-testid=live-toggle][data-phase=live]');
    await isLive.waitFor({ timeout: 20_000 });
    const context = await page.evaluateHandle(() => window.newestAudioContext!.deref()!);
    const removed = await markElements(page);
    for (const locale of LANGUAGES) {
      await chooseLanguage(page, locale);
      await audioSeconds(page, 0.5);
      await isLive.waitFor({ timeout: 1000 });
    }
    expect(await context.evaluate((each) => each.state)).toBe('running');
    expect(await page.evaluate((each) => window.newestAudioContext!.deref() === each, context)).toBe(true);
    // Hints about the sound may have come and gone.
    expect((await removed()).filter((html) => /data-testid/.test(html))).toEqual([]);
    expect(await page.getByTestId('error').count()).toBe(0);
  });
});

/** Texts of the page as a user reads or hears them, without those that are said to be in another language, names of devices and of licences. */
function textsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const isOther = (element: Element | null) =>
      element?.closest('[lang]')?.getAttribute('lang') !== document.documentElement.lang ||
      element?.closest('[data-testid=licences]') ||
      /^Fake .*Audio/.test(element?.textContent ?? '');
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { textContent, parentElement } = walker.currentNode;
      if (isOther(parentElement) || parentElement?.closest('script, style, noscript')) continue;
      found.push(textContent ?? '');
    }
    for (const name of ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt', 'label'])
      for (const element of document.body.querySelectorAll(`[${name}]`))
        if (!isOther(element)) found.push(element.getAttribute(name)!);
    return found;
  });
}

/** What of a text is not between the signs of the made-up language. */
function outside(text: string): string {
  let depth = 0;
  let rest = '';
  for (const char of text) {
    if (char === BEGIN) depth++;
    if (depth === 0) rest += char;
    if (char === END) depth--;
  }
  return SAME.reduce((left, same) => left.replaceAll(same, ''), rest);
}

describe.each(PAGES)('the page %s in a made-up language, from right to left and a third longer', (path) => {
  it('is shown whole on a phone, without a word of English', async () => {
    app = await openApp({ pseudo: true, path: `?pseudo#/${path}` });
    const { page } = app;
    await page.setViewportSize({ width: 390, height: HEIGHT });
    await page.waitForFunction((begin) => document.body.innerText.includes(begin), BEGIN);
    // The networks load, and lists come from the store.
    await page.waitForLoadState('networkidle');
    await expect.poll(() => root(page)).toEqual(['ar-XB', 'rtl']);
    for (const details of await page.locator('main details').all())
      await details.evaluate((element: HTMLDetailsElement) => (element.open = true));
    const english = (await textsOf(page)).filter((text) => /\p{Script=Latin}{2}/u.test(outside(text)));
    expect.soft(english.map((text) => text.trim())).toEqual([]);
    expect.soft(await clippedOf(page)).toEqual([]);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
  });
});
