import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { voiceId24 } from '../../src/watermark';
import { inRoom } from '../disguises';
import { openApp, recordedSeconds, type Opened } from './support';
import { makeWav, readWav } from './wav';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function waitReady(page: Page): Promise<void> {
  await page.getByTestId('backend').waitFor({ timeout: 60_000 });
}

async function convertTo(page: Page, voice: string): Promise<void> {
  await page.getByTestId(`voice-${voice}`).click();
  await page.getByTestId('convert').click();
  await page.getByTestId('output-track').waitFor({ timeout: 60_000 });
}

async function download(page: Page, format: string): Promise<{ name: string; path: string }> {
  await page.getByTestId('format').selectOption(format);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('download').click()]);
  return { name: file.suggestedFilename(), path: await file.path() };
}

/** Opens a file in the detector and reads the result. */
async function detect(page: Page, name: string, path: string) {
  await page.goto(`${new URL(page.url()).origin}/#/detect`);
  const buffer = await readFile(path);
  await page.getByTestId('detect-input').setInputFiles({ name, mimeType: 'audio/*', buffer });
  const answer = page.getByTestId('detect-answer');
  await answer.waitFor({ timeout: 60_000 });
  const present = await answer.getAttribute('data-present');
  const payload = page.getByTestId('detect-payload');
  const found = (await payload.count()) > 0;
  return {
    present,
    payloadOk: found ? await payload.getAttribute('data-ok') : null,
    id24: found ? Number(await payload.getAttribute('data-id')) : null,
  };
}

describe('the studio', () => {
  it('records, converts, compares, downloads a marked file, and saves the take', async () => {
    app = await openApp({ fakeMicWav: SPEECH });
    const { page } = app;
    await waitReady(page);
    await page.getByTestId('record').click();
    await page.getByTestId('stop').waitFor();
    await recordedSeconds(page, 7);
    await page.getByTestId('stop').click();
    await page.getByTestId('take-item').waitFor();
    await convertTo(page, 'kathleen');

    await page.getByTestId('play').click();
    await expect
      .poll(() => page.getByTestId('position').textContent(), { timeout: 10_000 })
      .toMatch(/^0:0[1-9]/);
    const before = await page.getByTestId('position').textContent();
    await page.getByTestId('ab-source').click();
    await expect(page.getByTestId('ab-source').getAttribute('data-state')).resolves.toBe('on');
    const after = await page.getByTestId('position').textContent();
    // Playback continues at the same position after changing sides.
    expect(after! >= before!).toBe(true);
    await page.getByTestId('ab-output').click();
    await page.getByTestId('play').click();

    const wav = await download(page, 'wav');
    expect(wav.name).toMatch(/--Kathleen\.wav$/);
    const header = await readFile(wav.path);
    expect(header.toString('latin1', 0, 4)).toBe('RIFF');
    expect(header.readUInt32LE(24)).toBe(24000);

    await page.reload();
    await page.getByTestId('take-open').click();
    await page.getByTestId('output-track').waitFor();
    expect(await page.getByTestId('take-item').count()).toBe(1);

    const found = await detect(page, wav.name, wav.path);
    expect(found).toEqual({ present: 'yes', payloadOk: 'true', id24: voiceId24('kathleen') });
  });

  it('names the echo of a recording and what to do about it, also after a reload', async () => {
    app = await openApp();
    const { page } = app;
    const echoing = makeWav(inRoom(readWav(await readFile(SPEECH)), 2.2, 8));
    const heard = page.getByTestId('heard');
    const input = page.getByTestId('file-input');
    await input.setInputFiles({ name: 'church.wav', mimeType: 'audio/wav', buffer: echoing });
    await heard.getByText('A lot of echo. Come closer to the microphone.').waitFor();
    expect(await heard.getAttribute('aria-live')).toBe('polite');
    await input.setInputFiles({ name: 'near.wav', mimeType: 'audio/wav', buffer: await readFile(SPEECH) });
    await page.getByTestId('open-take').getByText('near').waitFor();
    expect(await heard.locator('p').count()).toBe(0);
    await page.reload();
    await page.getByRole('button', { name: /^church/ }).click();
    await heard.locator('[data-condition=hall]').waitFor();
  });

  it.each(['mp3', 'm4a', 'opus'])('converts a dropped file and marks its %s', async (format) => {
    app = await openApp();
    const { page } = app;
    await waitReady(page);
    const bytes = (await readFile(SPEECH)).toString('base64');
    const transfer = await page.evaluateHandle((base64) => {
      const data = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      data.items.add(new File([content], 'dropped speech.wav', { type: 'audio/wav' }));
      return data;
    }, bytes);
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
    await page.getByTestId('open-take').waitFor();
    await expect(page.getByTestId('open-take').textContent()).resolves.toBe('dropped speech');
    await convertTo(page, 'joe');
    const file = await download(page, format);
    expect(file.name).toBe(`dropped-speech--Joe.${format}`);
    const found = await detect(page, file.name, file.path);
    expect(found).toEqual({ present: 'yes', payloadOk: 'true', id24: voiceId24('joe') });
    // The input carries no mark.
    expect((await detect(page, 'speech.wav', SPEECH)).present).toBe('no');
  });

  it('can be used with the keyboard alone', async () => {
    app = await openApp();
    const { page } = app;
    await waitReady(page);
    await page.keyboard.press('Tab');
    const reach = async (testId: string) => {
      for (let i = 0; i < 60; i++) {
        if (await page.evaluate((id) => document.activeElement?.getAttribute('data-testid') === id, testId))
          return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`${testId} cannot be reached with Tab`);
    };
    await reach('try-sample');
    await page.keyboard.press('Enter');
    await page.getByTestId('open-take').waitFor();
    await reach('voice-kathleen');
    await page.keyboard.press('ArrowDown');
    await expect(page.getByTestId('voice-joe').getAttribute('data-state')).resolves.toBe('checked');
    await reach('convert');
    await page.keyboard.press('Enter');
    await page.getByTestId('output-track').waitFor({ timeout: 60_000 });
    await reach('play');
    await page.keyboard.press('Space');
    await expect
      .poll(() => page.getByTestId('position').textContent(), { timeout: 10_000 })
      .toMatch(/^0:0[1-9]/);
  });

  it('cancels a conversion and keeps the take', async () => {
    app = await openApp();
    const { page } = app;
    await waitReady(page);
    await page.getByTestId('try-sample').click();
    await page.getByTestId('open-take').waitFor();
    await page.getByTestId('convert').click();
    await page.getByTestId('cancel').click();
    await page.getByTestId('convert').waitFor();
    expect(await page.getByTestId('output-track').count()).toBe(0);
    expect(await page.getByTestId('error').count()).toBe(0);
    expect(await page.getByTestId('take-item').count()).toBe(1);
    await convertTo(page, 'kathleen');
  });

  it('renames and deletes a take', async () => {
    app = await openApp();
    const { page } = app;
    await page.getByTestId('try-sample').click();
    await page.getByTestId('take-item').waitFor();
    await page.getByRole('button', { name: /^Rename/ }).click();
    await page.getByRole('textbox', { name: 'Name of the take' }).fill('The best one');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('open-take').textContent()).toBe('The best one');
    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.getByTestId('confirm-delete').click();
    await expect.poll(() => page.getByTestId('take-item').count()).toBe(0);
    await page.reload();
    expect(await page.getByTestId('take-item').count()).toBe(0);
  });
});
