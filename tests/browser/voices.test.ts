import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { readVoiceFile } from '../../src/files/voice-file';
import { fingerprint24 } from '../../src/provenance';
import {
  chooseWords,
  collect,
  convertSample,
  sealConsent,
  keepVoice,
  PERMISSION_SPEECH,
  makeVoice,
  speak,
} from './enrol-steps';
import { withSpeaker } from './speaker-network';
import { openApp, type Opened } from './support';

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

const open = (more: Parameters<typeof openApp>[0] = {}) =>
  openApp({ path: '#/voices', intercept: withSpeaker(), ...more });

describe('the voices page', () => {
  it('makes a voice with permission, uses it, saves, deletes and imports it, and revokes its consent', async () => {
    app = await open();
    const { page } = app;
    await collect(page);
    await sealConsent(page);
    await makeVoice(page);
    for (const index of [0, 1, 2]) {
      await page.getByTestId(`audition-${index}`).and(page.locator(':enabled')).click();
      await page.getByTestId('keep-voice').and(page.locator(':enabled')).waitFor({ timeout: 60_000 });
    }
    const id = await keepVoice(page);
    expect(await page.getByTestId('error').count()).toBe(0);

    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('save-voice').click(),
    ]);
    expect(saved.suggestedFilename()).toBe('Ada-Example.understudy');
    const bytes = await readFile(await saved.path());
    const file = await readVoiceFile(new Blob([bytes]));
    expect(file.about.id).toBe(id);
    expect(file.preview!.byteLength).toBeGreaterThan(100_000);
    expect(file.sealed.record.sources.length).toBe(1);

    await page.getByTestId('delete-voice').click();
    await page.getByTestId('confirm-doom').click();
    await expect.poll(() => page.getByTestId('own-voice').count()).toBe(0);
    await page
      .getByTestId('voice-input')
      .setInputFiles({ name: 'a.understudy', mimeType: '', buffer: bytes });
    await page.getByTestId('accept-voice').waitFor();
    // Nothing is saved before the import is confirmed.
    expect(await page.getByTestId('own-voice').count()).toBe(0);
    await page.getByTestId('accept-voice').click();
    await page.getByTestId('own-voice').waitFor();

    await convertSample(page, id);
    const [wav] = await Promise.all([page.waitForEvent('download'), page.getByTestId('download').click()]);
    await page.getByRole('navigation').getByRole('link', { name: 'Detect' }).click();
    await page
      .getByTestId('detect-input')
      .setInputFiles({ name: 'a.wav', mimeType: 'audio/wav', buffer: await readFile(await wav.path()) });
    const payload = page.getByTestId('detect-payload');
    await payload.waitFor({ timeout: 60_000 });
    // The mark carries the fingerprint of the consent record.
    expect(Number(await payload.getAttribute('data-id'))).toBe(fingerprint24(file.sealed));

    await page.getByRole('link', { name: 'Voices' }).click();
    await page.getByTestId('revoke').click();
    await page.getByTestId('confirm-doom').click();
    await page.locator('[data-testid=own-voice][data-revoked=true]').waitFor();
    await page.getByTestId('save-voice').click();
    await expect.poll(() => page.getByTestId('error').textContent()).toMatch(/revoked/);
    await page
      .getByTestId('voice-input')
      .setInputFiles({ name: 'a.understudy', mimeType: '', buffer: bytes });
    await expect.poll(() => page.getByTestId('error').textContent()).toMatch(/revoked/);
    await page.getByRole('link', { name: 'Studio', exact: true }).click();
    await page.getByTestId('take-open').first().click();
    await page.getByTestId('download').click();
    await expect.poll(() => page.getByTestId('error').first().textContent()).toMatch(/revoked/);
    // It is shown as revoked and cannot be chosen; another voice is chosen instead.
    const card = page.getByTestId(`voice-${id}`);
    expect(await card.textContent()).toMatch(/Revoked/);
    expect(await card.isDisabled()).toBe(true);
    expect(await page.getByTestId('convert').textContent()).not.toMatch(/Ada Example/);
  });

  it('enrols one’s own voice only after the sentence was read aloud, and continues after a reload', async () => {
    app = await open({ fakeMicWav: PERMISSION_SPEECH });
    const { page } = app;
    await collect(page);
    await page.getByTestId('to-listen').click();
    // With the keyboard: the first piece is left out, then kept again.
    const first = page.getByTestId('piece').first();
    await first.focus();
    await page.keyboard.press('d');
    await expect.poll(() => first.getAttribute('data-kept')).toBe('false');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('k');
    await expect.poll(() => first.getAttribute('data-kept')).toBe('true');
    await expect.poll(() => storedChoices(page)).toContain('keep');

    await page.reload();
    await page.getByTestId('resume').click();
    await chooseWords(page, 10);
    await page.getByTestId('to-consent').click();
    await page.getByTestId('person').fill('Ada Example');
    await page.getByTestId('contact').fill('ada@example.test');
    expect(await page.getByTestId('to-train').isEnabled()).toBe(false);
    // The microphone plays other words than the sentence.
    await speak(page);
    await page
      .locator('[data-testid=likeness][data-alike=true][data-words=false]')
      .waitFor({ timeout: 30_000 });
    expect(await page.getByTestId('to-train').isEnabled()).toBe(false);
    await chooseWords(page, 0);
    await page.getByRole('button', { name: 'Other words' }).click();
    expect(await page.getByTestId('permission-sentence').textContent()).toContain(
      'amber, river, seven, window, garden, silver',
    );
    await speak(page);
    await page
      .locator('[data-testid=likeness][data-alike=true][data-words=true]')
      .waitFor({ timeout: 30_000 });
    await page.getByTestId('to-train').click();

    await page.getByTestId('train').click();
    await page.getByTestId('cancel').click();
    await page.getByTestId('train').and(page.locator(':enabled')).waitFor({ timeout: 30_000 });
    expect(await page.getByTestId('error').count()).toBe(0);

    // After a reload the sentence has to be read aloud again: the sealed record alone is not enough.
    await page.reload();
    await page.getByTestId('resume').click();
    await page.getByTestId('train').click();
    await expect
      .poll(() => page.getByTestId('error').textContent(), { timeout: 30_000 })
      .toMatch(/has not been read aloud/);
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await chooseWords(page, 0);
    await page.getByRole('button', { name: 'Other words' }).click();
    await page.getByTestId('person').fill('Ada Example');
    await page.getByTestId('contact').fill('ada@example.test');
    await speak(page);
    await page.locator('[data-testid=likeness][data-words=true]').waitFor({ timeout: 30_000 });
    await page.getByTestId('to-train').click();
    await makeVoice(page);

    // A voice that was made but not kept yet survives a reload.
    await page.reload();
    await page.getByTestId('resume').click();
    await page.getByTestId('keep-voice').waitFor();
    await keepVoice(page);
  });

  it('shows why a file is not a voice, and saves nothing of it', async () => {
    app = await open();
    const { page } = app;
    const bad = { name: 'bad.understudy', mimeType: '', buffer: Buffer.from('PK, or so') };
    await page.getByTestId('voice-input').setInputFiles(bad);
    await expect
      .poll(() => page.getByTestId('error').textContent())
      .toMatch(/cannot be read.*Nothing was stored/);
    expect(await page.getByTestId('own-voice').count()).toBe(0);
  });

  it('blends voices into a synthetic one', async () => {
    app = await open();
    const { page } = app;
    for (const name of ['Kathleen', 'Joe']) {
      await page.getByRole('slider', { name }).focus();
      for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
    }
    await page.getByTestId('blend-name').fill('Between');
    await page.getByTestId('blend-maker').fill('Tester');
    await page.getByTestId('blend').click();
    await page.getByTestId('own-voice').waitFor({ timeout: 60_000 });
    await expect(page.getByTestId('own-voice').textContent()).resolves.toMatch(/synthetic voice.*Kathleen/s);
    expect(await page.getByTestId('error').count()).toBe(0);
  });
});

/** The user's decisions on the pieces of the first unfinished voice, as they are stored. */
function storedChoices(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const request = indexedDB.open('understudy');
        request.onerror = () => reject(request.error!);
        request.onsuccess = () => {
          const db = request.result;
          const rows = db.transaction('enrolments').objectStore('enrolments').getAll();
          rows.onsuccess = () => {
            db.close();
            const [row] = rows.result as { recordings: { pieces: { choice: string }[] }[] }[];
            resolve(row!.recordings.flatMap(({ pieces }) => pieces.map(({ choice }) => choice)));
          };
        };
      }),
  );
}
