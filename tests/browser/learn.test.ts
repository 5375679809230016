import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { audioSeconds, chooseLanguage, openApp, type Opened } from './support';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

describe('the lessons', () => {
  it('analyse a recording and resynthesise it as the sliders are set', async () => {
    app = await openApp({ path: '#/learn', fakeMicWav: SPEECH });
    const { page } = app;
    await page.getByTestId('learn-record').click();
    await page.getByTestId('learn-stop').waitFor();
    await audioSeconds(page, 3.5);
    await page.getByTestId('learn-stop').click();
    await page.getByTestId('voice-play').waitFor();
    const hz = async () =>
      Number(/(\d+)\sHz/.exec((await page.locator('figcaption').textContent()) ?? '')?.[1]);
    const before = await hz();
    const pitch = page.getByRole('slider', { name: 'Source: pitch' });
    await pitch.focus();
    await page.keyboard.press('End');
    await expect.poll(hz).toBeGreaterThan(1.95 * before);
    await page.getByRole('button', { name: 'Whisper' }).click();
    await expect(page.locator('figcaption').textContent()).resolves.toMatch(/noise/);
    await page.getByTestId('voice-play').click();
    await expect.poll(() => page.getByTestId('voice-play').textContent()).toMatch(/Pause/);
  });

  it('convert, ask, keep the score, and let pupils try to remove the mark', async () => {
    app = await openApp({ path: '#/learn/conversion' });
    const { page } = app;
    await page.getByTestId('learn-sample').click();
    await page.getByTestId('learn-convert').click({ timeout: 60_000 });
    await page.getByTestId('hear-theirs').waitFor({ timeout: 60_000 });
    await expect(page.getByText(/the other voice, around \d+\sHz/).count()).resolves.toBe(1);

    await page.getByTestId('lesson-hear').click();
    for (let round = 1; round <= 2; round++) {
      await page.getByTestId('quiz-next').click();
      await page.getByTestId('quiz-choose-1').click({ timeout: 60_000 });
      await page.getByTestId('quiz-verdict').waitFor();
    }
    const score = await page.getByTestId('quiz-score').textContent();
    expect(score).toMatch(/^[0-2] of 2 right/);
    await page.reload();
    await expect(page.getByTestId('quiz-score').count()).resolves.toBe(0);
    await page.getByTestId('learn-sample').click();
    await expect.poll(() => page.getByTestId('quiz-score').textContent()).toBe(score);

    await page.getByTestId('lesson-mark').click();
    await page.getByTestId('mark-begin').click({ timeout: 60_000 });
    const attempts = page.getByTestId('mark-attempt');
    const latest = () => attempts.first().getAttribute('data-present');
    await expect.poll(() => attempts.count(), { timeout: 60_000 }).toBe(1);
    expect(await latest()).toBe('yes');
    await page.getByTestId('mark-again').click();
    await expect.poll(() => attempts.count(), { timeout: 60_000 }).toBe(2);
    expect(await latest()).not.toBe('yes');
  });

  it('cite a source for every case and print the guide without the rest of the page', async () => {
    app = await openApp({ path: '#/learn/cases' });
    const { page } = app;
    const cases = page.locator('article ol > li');
    await cases.first().waitFor();
    expect(await cases.count()).toBeGreaterThanOrEqual(6);
    for (const each of await cases.all())
      expect(await each.locator('ul li a[href^="https://"]').count()).toBeGreaterThan(0);
    await page.getByTestId('lesson-permission').click();
    await page.getByRole('button', { name: 'It depends' }).first().click();
    await page.getByText('Points to consider', { exact: true }).waitFor();
    await page.getByTestId('lesson-guide').click();
    await page.getByTestId('guide').waitFor();
    await page.emulateMedia({ media: 'print' });
    await expect(page.getByTestId('guide').isVisible()).resolves.toBe(true);
    for (const hidden of ['header', 'footer', 'nav[aria-label="Lessons"]', 'text=Print this guide']) {
      await expect(page.locator(hidden).isVisible()).resolves.toBe(false);
    }
  });

  it('show the words of the sample as they were said, and stay as they are when another language is chosen', async () => {
    app = await openApp({ path: '#/learn/permission' });
    const { page } = app;
    await page.getByRole('button', { name: 'Not fine' }).first().click();
    await chooseLanguage(page, 'de');
    const chosen = page.getByTestId('situation').locator('button[aria-pressed=true]');
    await expect.poll(() => chosen.allTextContents()).toEqual(['Nicht in Ordnung']);
    await page.getByTestId('lesson-voice').click();
    await page.getByTestId('learn-sample').click();
    await page.getByRole('region', { name: 'Was im Beispiel gesagt wird' }).waitFor();
    const words = page.getByTestId('transcript').locator('blockquote');
    await expect(words.getAttribute('lang')).resolves.toBe('en');
    await expect(words.textContent()).resolves.toMatch(/the two men shook hands/);
  });
});
