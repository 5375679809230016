import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { collect, keepVoice, makeVoice, sealConsent, SPEECH } from './enrol-steps';
import { withSpeaker } from './speaker-network';
import { openApp, type Opened } from './support';

const PREVIEWS = fileURLToPath(new URL('../../models/published', import.meta.url));

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

it(
  'a voice revoked in another tab falls silent in a live session within a second',
  { timeout: 240_000 },
  async () => {
    app = await openApp({ path: '#/voices', intercept: withSpeaker(), fakeMicWav: SPEECH });
    const { page } = app;
    await collect(page);
    await sealConsent(page);
    await makeVoice(page);
    const id = await keepVoice(page);
    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByTestId('live-ready').waitFor({ timeout: 60_000 });
    await page.getByTestId(`live-voice-${id}`).check();
    await page.getByTestId('live-toggle').click();
    await page.locator('[data-testid=live-toggle][data-phase=live]').waitFor({ timeout: 20_000 });

    const other = await app.context.newPage();
    await other.goto(`${app.url}#/voices`);
    await other.getByTestId('revoke').click();
    const silent = page.evaluate(async () => {
      // In the page, whose clock measures no waiting of the test.
      const toggle = document.querySelector('[data-testid=live-toggle]')!;
      const revoked = new Promise<number>((resolve) => {
        new BroadcastChannel('understudy-voices').onmessage = () => resolve(performance.now());
      });
      const off = new Promise<number>((resolve) => {
        const watch = new MutationObserver(() => {
          if (toggle.getAttribute('data-phase') === 'off') resolve(performance.now());
        });
        watch.observe(toggle, { attributes: true });
      });
      const [revokedMs, offMs] = await Promise.all([revoked, off]);
      return offMs - revokedMs;
    });
    await other.getByTestId('confirm-doom').click();
    expect(await silent).toBeLessThan(1000);
    await page.getByTestId('error').filter({ hasText: 'has been revoked' }).waitFor();
    expect(await page.getByTestId(`live-voice-${id}`).isDisabled()).toBe(true);
  },
);

it(
  'previews of every published voice are refused as recordings of a person',
  { timeout: 300_000 },
  async () => {
    const previews = (await readdir(PREVIEWS)).filter((name) => name.endsWith('.opus'));
    expect(previews.length).toBe(9);
    app = await openApp({ path: '#/voices', intercept: withSpeaker() });
    const { page } = app;
    for (const name of previews) {
      const buffer = await readFile(join(PREVIEWS, name));
      await page
        .getByTestId('enrol-input')
        .and(page.locator(':enabled'))
        .setInputFiles({ name, mimeType: 'audio/ogg', buffer });
      await page
        .getByTestId('error')
        .filter({ hasText: 'speech made with Understudy' })
        .waitFor({ timeout: 60_000 });
      await page.getByRole('button', { name: 'Dismiss' }).click();
    }
    expect(await page.getByRole('button', { name: /^Remove/ }).count()).toBe(0);
  },
);
