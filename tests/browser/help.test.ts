import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import type { Locale } from '../../src/files/exhibit';
import { TOPICS, type Topic } from '../../src/help/topics';
import { chooseLanguage, openApp, type Opened } from './support';

const LOADED = { timeout: 60_000 };
const PIN = '271828';

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function open(path: string): Promise<Page> {
  app = await openApp({ path });
  await app.page.getByTestId('language').waitFor();
  return app.page;
}

const guide = (page: Page, { id }: Pick<Topic, 'id'>) =>
  page.locator(`[data-testid=guide][data-topic=${id}][aria-busy=false]`);
/** A message takes the locale as its second argument. */
const inLocale = (text: () => string, locale: Locale) =>
  (text as (inputs: object, options: { locale: Locale }) => string)({}, { locale });
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);

describe('the help', () => {
  it('has every guide in English and German, and keeps the place where the language changes', async () => {
    const page = await open('#/help');
    for (const locale of ['en', 'de'] as const) {
      await chooseLanguage(page, locale);
      await page.goto(`${app!.url}#/help`);
      for (const topic of TOPICS) {
        await page.getByTestId(`topic-${topic.id}`).click();
        const shown = guide(page, topic);
        await shown.waitFor();
        const title = await shown.locator('h1').textContent();
        if (topic.isEnglish) expect(await shown.locator('h1').getAttribute('lang')).toBe('en');
        else expect(title).toBe(inLocale(topic.title, locale));
        expect(await shown.locator('h2').count()).toBeGreaterThan(1);
        await page.goBack();
      }
    }
    await page.goto(`${app!.url}#/help/calls/windows`);
    await guide(page, { id: 'calls' }).waitFor();
    await chooseLanguage(page, 'en');
    await page.getByRole('heading', { level: 1, name: 'Live, and in calls' }).waitFor();
    expect(new URL(page.url()).hash).toBe('#/help/calls/windows');
  });

  it('leads to a heading and to the next guide, with the focus on what is shown', async () => {
    const page = await open('#/help/calls');
    await guide(page, { id: 'calls' }).waitFor();
    await page.getByTestId('contents').getByRole('link', { name: 'Linux' }).press('Enter');
    await expect.poll(() => focused(page)).toBe('help-linux');
    const heading = page.getByRole('heading', { name: 'Linux' });
    expect((await heading.boundingBox())!.y).toBeLessThan(page.viewportSize()!.height);
    await page.locator('a[rel=next]').press('Enter');
    await guide(page, { id: 'voices' }).waitFor();
    await expect.poll(() => focused(page)).toBe('H1');
    await page.goBack();
    await expect.poll(() => focused(page)).toBe('help-linux');
    await page.goto(`${app!.url}#/help/kiosk`);
    await chooseLanguage(page, 'de');
    await page.getByTestId('contents').getByRole('link', { name: 'Für das Personal' }).press('Enter');
    await expect.poll(() => focused(page)).toBe('help-für-das-personal');
  });
});

describe('about the app', () => {
  it('shows sizes, and deletes the takes after it was confirmed', async () => {
    const page = await open('#/studio');
    await page.getByTestId('try-sample').click();
    await page.getByTestId('take-item').waitFor(LOADED);
    await page.locator('footer').getByRole('link', { name: 'About', exact: true }).click();
    await expect.poll(() => focused(page)).toBe('H1');
    expect(await page.getByTestId('app-version').textContent()).toMatch(/Version \d+\.\d+\.\d+/);
    const size = page.getByTestId('size-takes');
    await expect.poll(() => size.textContent()).toMatch(/^1 take, [\d.]+ [kM]B$/);
    await expect.poll(() => page.getByTestId('licences').textContent()).toMatch(/FFmpeg.*LAME 3\.100/s);
    expect(await page.getByTestId('storage').textContent()).toMatch(/are used of/);

    await page.getByTestId('delete-takes').click();
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    expect(await size.textContent()).toMatch(/^1 take/);
    await page.getByTestId('delete-takes').click();
    await page.getByTestId('confirm-delete-all').click();
    await expect.poll(() => size.textContent()).toBe('Nothing');
    await page.getByRole('link', { name: 'Studio', exact: true }).click();
    await page.getByTestId('record').waitFor();
    for (const gone of ['take-item', 'open-take', 'unsaved-take', 'warning', 'error'])
      expect(await page.getByTestId(gone).count(), gone).toBe(0);
    await page.reload();
    await page.getByTestId('record').waitFor();
    expect(await page.getByTestId('take-item').count()).toBe(0);
  });

  it('asks for the PIN before the exhibit and the PIN are deleted', async () => {
    app = await openApp({ path: '#/kiosk' });
    const { page } = app;
    const enter = async (pin: string) => {
      await page.getByTestId('pin').fill(pin);
      await page.getByTestId('pin-submit').click();
    };
    await page.getByTestId('kiosk').waitFor(LOADED);
    await page.keyboard.press('Control+Alt+Shift+KeyS');
    await enter(PIN);
    await page.getByText('The same PIN again').waitFor();
    await enter(PIN);
    await page.getByTestId('staff-leave').waitFor(LOADED);
    await page.goto(`${app.url}#/about`);
    await page.getByTestId('delete-kiosk').click();
    await enter('000000');
    await page.getByText('That is not the PIN.').waitFor();
    expect(await page.getByTestId('confirm-delete-all').count()).toBe(0);
    await enter(PIN);
    await page.getByTestId('confirm-delete-all').click();
    await expect.poll(() => page.getByTestId('size-kiosk').textContent()).toBe('Nothing');
  });
});

describe('the list of keyboard shortcuts', () => {
  it('opens by ?, not while somebody types, and gives the focus back', async () => {
    const page = await open('#/voices');
    await page.getByText('Read your own text').click();
    const field = page.getByLabel('Text to read');
    await field.press('?');
    expect(await field.inputValue()).toBe('?');
    const sheet = page.getByTestId('shortcuts');
    expect(await sheet.count()).toBe(0);

    const link = page.locator('footer').getByRole('link', { name: 'Help', exact: true });
    await link.focus();
    await page.keyboard.press('?');
    await sheet.waitFor();
    expect(await sheet.textContent()).toMatch(/Everywhere.*Live.*Start and stop/s);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    expect(await link.evaluate((node) => node === document.activeElement)).toBe(true);
    await page.getByTestId('shortcuts-open').press('Enter');
    await sheet.waitFor();
  });

  it('turns shortcuts with a single key off, for good, and on again', async () => {
    const page = await open('#/live');
    await page.getByTestId('live-ready').waitFor(LOADED);
    const isLive = page.locator('[data-testid=live-toggle][data-phase=live]');
    const sheet = page.getByTestId('shortcuts');
    const toggle = async () => {
      await page.getByTestId('shortcuts-open').click();
      await page.getByRole('checkbox', { name: 'Shortcuts with a single key' }).press('Space');
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });
    };
    await toggle();
    await page.reload();
    await page.getByTestId('live-ready').waitFor(LOADED);
    expect(await page.getByTestId('live-toggle').getAttribute('aria-keyshortcuts')).toBeNull();
    for (const key of ['?', 'l']) await page.keyboard.press(key);
    expect(await page.getByTestId('live-toggle').getAttribute('data-phase')).toBe('off');
    expect(await sheet.count()).toBe(0);
    await toggle();
    await page.keyboard.press('l');
    await isLive.waitFor(LOADED);
    await page.keyboard.press('?');
    await sheet.waitFor();
  });
});
