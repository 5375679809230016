import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { embedWatermark, voiceId24 } from '../../src/watermark';
import { openApp, type Opened } from './support';
import { makeWav, readWav } from './wav';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function answer(page: Page): Promise<string | null> {
  const card = page.getByTestId('detect-answer');
  await card.waitFor({ timeout: 60_000 });
  // Visible again once the job is done, so the card belongs to the last file.
  await page.getByTestId('detect-input').waitFor({ state: 'attached' });
  return card.getAttribute('data-present');
}

async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((plain) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', plain);
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
  }, text);
}

describe('the detect page', () => {
  it('shows where the mark is and what it does not prove, and plays it', async () => {
    // The samples of the fixture, treated as 24 kHz.
    const speech = readWav(await readFile(SPEECH));
    const marked = embedWatermark(speech, { version: 1, id24: voiceId24('joe') });
    app = await openApp({ path: '#/detect' });
    const { page } = app;
    await page.getByTestId('detect-input').setInputFiles({
      name: 'marked.wav',
      mimeType: 'audio/wav',
      buffer: makeWav(marked, { sampleRateHz: 24000 }),
    });
    expect(await answer(page)).toBe('yes');
    await expect(page.getByTestId('marked-range').count()).resolves.toBeGreaterThan(0);
    await expect(page.getByTestId('detect-ranges').textContent()).resolves.toMatch(/marked/i);
    await expect(page.getByTestId('credentials').textContent()).resolves.toMatch(/None\./);
    await expect(page.getByTestId('not-meant').count()).resolves.toBe(0);
    await expect(page.getByTestId('not-proof').textContent()).resolves.toMatch(
      /Anyone who has this program can put the mark on any recording.*key is\s+public/s,
    );
    await page.getByTestId('detect-play').click();
    await expect.poll(() => page.getByRole('button', { name: 'Pause' }).count()).toBe(1);
  });

  it('explains what a missing mark does not mean, and shows clues with their error rates', async () => {
    app = await openApp({ path: '#/detect' });
    const { page } = app;
    await page.getByTestId('detect-input').setInputFiles(SPEECH);
    expect(await answer(page)).toBe('no');
    await expect(page.getByTestId('not-meant').textContent()).resolves.toMatch(
      /does not mean that a person said this.*less than three quarters or more than four thirds/s,
    );
    await page.getByTestId('clues').locator('summary').click();
    for (const clue of ['phase', 'jitter', 'floor', 'band']) {
      await expect(page.getByTestId(`clue-${clue}`).textContent()).resolves.toMatch(
        /in \d+ of \d+ recordings of people, \d+ of \d+ made with Understudy/,
      );
    }
    await expect(page.getByTestId('clue-phase').getAttribute('data-points')).resolves.toBe('false');
  });

  it('examines a microphone recording, stops early, and releases the microphone', async () => {
    app = await openApp({ path: '#/detect', fakeMicWav: SPEECH });
    const { page } = app;
    await page.getByTestId('listen').click();
    await page.getByText(/Listening: \d+ seconds left/).waitFor();
    await page.getByTestId('cancel').click();
    await page.getByTestId('listen').waitFor();
    await page.getByTestId('listen').click();
    await page.getByText(/Listening: [1-6] seconds left/).waitFor();
    await page.getByRole('button', { name: 'Stop and examine' }).click();
    expect(await answer(page)).toMatch(/no|cannot-say/);
    await page.getByText('Recording of the microphone').waitFor();
  });

  it('explains why it opens no address, and opens a pasted file', async () => {
    app = await openApp({ path: '#/detect' });
    const { page } = app;
    await paste(page, 'file:///home/me/call.wav');
    await page.getByTestId('warning').filter({ hasText: 'may not open files by their address' }).waitFor();
    await paste(page, 'https://example.org/call.mp3');
    await page.getByTestId('warning').filter({ hasText: 'fetches nothing from the web' }).waitFor();
    const base64 = (await readFile(SPEECH)).toString('base64');
    await page.evaluate((text) => {
      const clipboardData = new DataTransfer();
      const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
      clipboardData.items.add(new File([bytes], 'pasted.wav', { type: 'audio/wav' }));
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
    }, base64);
    expect(await answer(page)).toBe('no');
  });
});
