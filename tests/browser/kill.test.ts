import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIST, ensureBuilt } from '../../scripts/build.mjs';
import { serve } from '../../scripts/serve.mjs';
import { random } from '../unit/engine/helpers';
import { collect, sealConsent, keepVoice, longSpeech, makeVoice } from './enrol-steps';
import { openKillable, type Killable } from './killable';
import { withSpeaker } from './speaker-network';

/** `npm run kill-test` sets 50. */
const KILLS = Number(process.env['KILLS'] ?? 2);
const LONGEST_MS = 3000;

/** Work that runs while the tab is killed. None of it is awaited. */
const WORK: Record<string, (page: Page, file: Buffer) => Promise<void>> = {
  async cleaning(page) {
    await page
      .getByTestId('enrol-input')
      .setInputFiles({ name: 'killed.wav', mimeType: 'audio/wav', buffer: longSpeech() });
  },
  async training(page) {
    const unfinished = page.getByTestId('unfinished').filter({ hasText: 'unfinished.wav' });
    if ((await unfinished.count()) > 0) await unfinished.first().getByTestId('resume').click();
    else {
      await collect(page, 'unfinished.wav');
      await sealConsent(page, 'Unfinished');
    }
    await page.getByTestId('train').click();
    await page.getByTestId('keep-voice').click();
  },
  async importing(page, file) {
    await page.getByTestId('voice-input').setInputFiles({ name: 'a.understudy', mimeType: '', buffer: file });
    await page.getByTestId('accept-voice').click();
  },
};

/** A database as version 1 of the store left it, with a take of 40 MB. Runs in a page without the app. */
async function makeVersion1(): Promise<void> {
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('understudy', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('chunks');
      request.result.createObjectStore('takes', { keyPath: 'id' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error('no database'));
  });
  const transaction = db.transaction(['chunks', 'takes'], 'readwrite');
  const sourceId = `${Date.now().toString(36)}-old`;
  for (let chunk = 0; chunk < 10; chunk++)
    transaction.objectStore('chunks').put(new ArrayBuffer(4 * 1024 * 1024), [sourceId, chunk]);
  const source = { sampleRateHz: 48000, seconds: (10 * 1024 * 1024) / 48000 };
  const row = { id: 't', name: 'Of version 1', createdAt: 1, source, output: null, sourceId, outputId: null };
  transaction.objectStore('takes').put(row);
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  db.close();
}

describe('a tab that is killed', () => {
  let server: Awaited<ReturnType<typeof serve>>;
  let profile: string;
  let file: Buffer;
  let killable: Killable | undefined;

  const open = async () => (killable = await openKillable(profile, `${server.url}#/voices`));

  beforeAll(async () => {
    await ensureBuilt();
    server = await serve({ root: DIST, intercept: withSpeaker() });
    profile = await mkdtemp(join(tmpdir(), 'understudy-kill-'));
    const { page } = await open();
    // A take and a voice that must survive every kill, and an enrolment that only needs training.
    await page.getByRole('link', { name: 'Studio', exact: true }).click();
    await page.getByTestId('try-sample').click();
    await page.getByTestId('take-item').waitFor();
    await page.getByRole('link', { name: 'Voices' }).click();
    await collect(page);
    await sealConsent(page);
    await makeVoice(page);
    const id = await keepVoice(page);
    file = await fileOf(page, id);
    await collect(page, 'unfinished.wav');
    await sealConsent(page, 'Unfinished');
  });

  afterAll(async () => {
    await killable?.kill();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  });

  it(
    `${KILLS} times at random moments keeps every voice and take, and every unfinished voice can be continued or is gone`,
    async () => {
      const next = random(Number(process.env['SEED'] ?? 1));
      const names = Object.keys(WORK);
      for (let round = 0; round < KILLS; round++) {
        const name = names[round % names.length]!;
        const { page, kill } = killable!;
        // Rejects when the page is killed.
        void WORK[name]!(page, file).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, next() * LONGEST_MS));
        await kill();
        const after = await open();
        await check(after.page, `${name}, round ${round}`);
      }
    },
    KILLS * 60_000 + 60_000,
  );

  it('keeps its takes when it is killed while the store is upgraded', async () => {
    const next = random(2);
    const rounds = Math.max(1, Math.round(KILLS / 5));
    for (let round = 0; round < rounds; round++) {
      const folder = await mkdtemp(join(tmpdir(), 'understudy-kill-'));
      const old = await openKillable(folder, `${server.url}models/manifest.json`);
      await old.page.evaluate(makeVersion1);
      void old.page.goto(`${server.url}#/studio`).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, next() * 1000));
      await old.kill();
      const { page, kill } = await openKillable(folder, `${server.url}#/studio`);
      await page.getByTestId('take-open').click();
      await expect.poll(() => page.getByTestId('open-take').textContent()).toBe('Of version 1');
      expect(await page.getByTestId('error').count()).toBe(0);
      await kill();
      await rm(folder, { recursive: true, force: true });
    }
  }, 300_000);
});

/** The bytes of a saved voice, read from the page's database. */
async function fileOf(page: Page, id: string): Promise<Buffer> {
  const base64 = await page.evaluate(async (voiceId) => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('understudy');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('the database cannot be opened'));
    });
    const bytes = await new Promise<ArrayBuffer>((resolve) => {
      const request = db.transaction('voiceFiles').objectStore('voiceFiles').get(voiceId);
      request.onsuccess = () => resolve(request.result as ArrayBuffer);
    });
    db.close();
    return btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(''));
  }, id);
  return Buffer.from(base64, 'base64');
}

async function check(page: Page, when: string): Promise<void> {
  await page.getByTestId('own-voice').first().waitFor({ timeout: 30_000 });
  for (const voice of await page.getByTestId('own-voice').all()) {
    const button = voice.getByRole('button', { name: /preview/i });
    await button.click();
    await expect.poll(() => button.textContent(), { message: when }).toMatch(/Stop/);
    await button.click();
  }
  expect(await page.getByTestId('error').count(), when).toBe(0);
  expect(await page.getByText(/cannot be read/).count(), when).toBe(0);
  // Unfinished voices open, whatever had been added to them.
  const unfinished = await page.getByTestId('resume').count();
  if (unfinished > 0) {
    await page.getByTestId('resume').first().click();
    await page
      .getByTestId('train')
      .or(page.getByTestId('to-listen'))
      .or(page.getByTestId('to-consent'))
      .first()
      .waitFor();
    expect(await page.getByTestId('error').count(), when).toBe(0);
  }
  await page.getByRole('link', { name: 'Studio', exact: true }).click();
  await page.getByTestId('take-open').first().click();
  await page.getByTestId('open-take').waitFor();
  expect(await page.getByTestId('error').count(), when).toBe(0);
  await page.getByRole('link', { name: 'Voices' }).click();
  await page.getByTestId('own-voice').first().waitFor();
}
