import type { Locator, Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { TEST_ITEMS } from '../../src/learn/class/test/test-items';
import { axeFaults } from './axe';
import { chooseLanguage, openApp, type Opened } from './support';

const LOADED = { timeout: 60_000 };
const KEY = 'understudy-class';
/** The parts, and what each shows. */
const PARTS = {
  plans: 'plan-45',
  listening: 'listening-count',
  test: 'test-item',
  worksheets: 'sheet-mark',
  letter: 'letter',
  history: 'history-roosevelt',
};

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function open(part: string): Promise<Page> {
  app = await openApp({ path: `#/learn/${part}` });
  await app.page.getByTestId(`class-${part}`).waitFor();
  return app.page;
}

async function press(element: Locator, key = 'Enter'): Promise<void> {
  await element.focus();
  await element.press(key);
}

const stored = (page: Page) => page.evaluate((key) => localStorage.getItem(key), KEY);

/** Whether the page is wider than the window. */
const isWide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

describe('for a class', () => {
  it('each part is reached by keyboard and fits a phone in every language', async () => {
    const page = await open('plans');
    await page.setViewportSize({ width: 390, height: 844 });
    for (const [part, shown] of Object.entries(PARTS)) {
      await press(page.getByTestId(`class-${part}`));
      await page.getByTestId(shown).waitFor();
      for (const language of ['de', 'nl', 'fr', 'es', 'en']) {
        await chooseLanguage(page, language);
        await page.locator(`html[lang=${language}]`).waitFor();
        expect(await isWide(page), `${part}, ${language}`).toBe(false);
      }
    }
  });

  it('the test is taken by keyboard to its score, which stays here until it is deleted', async () => {
    const page = await open('test');
    for (const [i, { id, answer }] of TEST_ITEMS.entries()) {
      const item = page.locator(`[data-testid=test-item][data-item=${id}]`);
      await item.waitFor();
      // The first one wrong.
      const option = item.getByTestId(`test-option-${i === 0 ? (answer + 1) % 3 : answer}`);
      await press(option, 'Space');
      await option.press('Enter');
      const verdict = page.getByTestId('test-verdict');
      await verdict.waitFor();
      expect(await verdict.getAttribute('data-right')).toBe(String(i > 0));
      if (i === 2) {
        await page.reload();
        continue;
      }
      // The button has the focus, and the next question after it.
      await page.keyboard.press('Enter');
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.tagName))
        .toBe(i === 19 ? 'H3' : 'LEGEND');
    }
    expect(await page.getByTestId('test-score').innerText()).toBe('19 of 20 right');
    expect(await axeFaults(page)).toEqual([]);
    await page.reload();
    await page.getByTestId('test-score').waitFor();
    await press(page.getByTestId('test-delete'));
    await page.locator('[data-testid=test-item][data-item=keeps]').waitFor();
    expect(await stored(page)).toBeNull();
  });

  it('answers to clips are counted with their solutions, and compared with the study', async () => {
    const page = await open('listening');
    await page.getByTestId('learn-sample').click();
    await press(page.getByTestId('listening-same'), 'Space');
    await page.getByTestId('listening-next').click(LOADED);
    await page.getByTestId('listening-play-1').click(LOADED);
    const add = async (yes: string, no: string) => {
      await page.getByTestId('listening-yes').fill(yes);
      await page.getByTestId('listening-no').fill(no);
      await press(page.getByTestId('listening-no'));
    };
    await add('0', '0');
    await page.getByText('There is nothing to add').waitFor();
    await add('4', '16');
    await page.getByText('1 round is counted.').waitFor();
    expect(await page.getByTestId('listening-solutions').count()).toBe(0);
    expect(await stored(page)).toBeNull();
    await press(page.getByTestId('listening-tell'));
    await page.getByTestId('listening-solutions').waitFor();
    const share = page.getByTestId('listening-share');
    expect(await share.innerText()).toMatch(/4 of 20, 20%.*from 8% to 42%/);
    const verdict = page.getByTestId('listening-verdict');
    expect(await verdict.getAttribute('data-within')).toBe('false');
    // From paper.
    await add('36', '0');
    await expect.poll(() => share.innerText()).toMatch(/40 of 56, 71%/);
    expect(await verdict.getAttribute('data-within')).toBe('true');
    expect(await axeFaults(page)).toEqual([]);
    await press(page.getByTestId('listening-delete'));
    await share.waitFor({ state: 'detached' });
    expect(await stored(page)).toBeNull();
  });

  it('sheets and letters are printed black on white, without navigation or what is not chosen', async () => {
    const page = await open('worksheets');
    await page.getByTestId('theme').selectOption('dark');
    await page.getByTestId('choose-hear').uncheck();
    await page.emulateMedia({ media: 'print' });
    for (const hidden of ['header', 'footer', 'nav', 'h1', 'h2', '.no-print'])
      for (const each of await page.locator(hidden).all()) expect(await each.isVisible(), hidden).toBe(false);
    expect(await page.getByTestId('sheet-hear').count()).toBe(0);
    const look = await page.getByTestId('sheet-mark').evaluate((node) => {
      const { color, backgroundColor, breakAfter } = getComputedStyle(node);
      return { color, backgroundColor, breakAfter };
    });
    const [black, white] = ['rgb(0, 0, 0)', 'rgb(255, 255, 255)'];
    expect(look).toEqual({ color: black, backgroundColor: white, breakAfter: 'page' });
    const pages = (await page.pdf()).toString('latin1').match(/\/Type \/Page\b/g);
    // Three worksheets and their keys, and no empty sheet at the end.
    expect(pages).toHaveLength(6);
    await page.emulateMedia({ media: 'screen' });
    await press(page.getByTestId('class-letter'));
    await page.getByTestId('letter-school').fill('Seaside School');
    await page.getByTestId('letter-date').fill('2027-03-01');
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByTestId('letter').innerText()).toMatch(/Seaside School[\s\S]*March/);
    expect(await page.getByTestId('letter-school').isVisible()).toBe(false);
    await page.reload();
    expect(await page.getByTestId('letter').innerText()).not.toContain('Seaside School');
  });
});
