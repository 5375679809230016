import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DIST, ensureBuilt } from '../../scripts/build.mjs';
import { serve } from '../../scripts/serve.mjs';
import { SPEECH } from './enrol-steps';
import { openKillable } from './killable';
import { openApp, recordedSeconds, type Opened } from './support';
import { makeWav } from './wav';

let app: Opened | undefined;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-keep-'));
});

afterEach(async () => {
  await app?.close();
  app = undefined;
  await rm(folder, { recursive: true, force: true });
});

describe('work', () => {
  it('goes on when its page is left: the header names it, and focus and take are there on coming back', async () => {
    app = await openApp({ fakeMicWav: SPEECH });
    const { page } = app;
    await page.getByTestId('record').click();
    await page.getByTestId('stop').waitFor();
    await recordedSeconds(page, 1);
    await page.getByRole('link', { name: 'Learn' }).click();
    await expect.poll(() => page.getByTestId('work').textContent()).toMatch(/Recording 0:0\d/);
    // The browser asks before it closes on a recording.
    const asked = page.waitForEvent('dialog');
    void page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await page.getByTestId('work-end').click();
    await page.getByTestId('work').waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByTestId('take-item').waitFor();
    await expect(page.getByTestId('open-take').textContent()).resolves.toMatch(/^Recording/);
    await page.getByTestId('play').focus();
    await page.getByRole('link', { name: 'Learn' }).click();
    // Not before the page is shown: two changes of the address in one task are one to the page.
    await page.getByTestId('play').waitFor({ state: 'detached' });
    await page.goBack();
    await expect.poll(() => page.evaluate('document.activeElement.dataset.testid')).toBe('play');
    await expect(page.getByTestId('open-take').textContent()).resolves.toMatch(/^Recording/);
  });

  it('is not asked about once nothing would be lost', async () => {
    app = await openApp({ fakeMicWav: SPEECH });
    const { page } = app;
    await page.getByTestId('try-sample').click();
    await page.getByTestId('take-item').waitFor();
    const closed = page.waitForEvent('close');
    page.on('dialog', (dialog) => void dialog.dismiss());
    await page.close({ runBeforeUnload: true });
    await closed;
  });
});

describe('a microphone', () => {
  it.each([
    ['delivers zeros', 0, /No sound arrives/],
    ['is muted behind the converter', 0.0007, /almost silent/],
  ])('that %s is named within three seconds', async (_what, amplitude, text) => {
    const path = join(folder, 'muted.wav');
    const noise = Float32Array.from({ length: 5 * 48000 }, (_, i) => amplitude * Math.sin(i * i));
    await writeFile(path, makeWav(noise, { sampleRateHz: 48000 }));
    app = await openApp({ fakeMicWav: path });
    const { page } = app;
    await page.getByTestId('record').click();
    await page.getByTestId('stop').waitFor();
    await page.getByTestId('silence').filter({ hasText: text }).waitFor();
    const seconds = Number(await page.getByTestId('record-clock').getAttribute('data-seconds'));
    expect(seconds).toBeLessThan(3.5);
  });
});

describe('a browser that stores nothing', () => {
  it('says so once, and converts from memory', async () => {
    await ensureBuilt();
    const server = await serve({ root: DIST });
    await mkdir(join(folder, 'Default'), { recursive: true });
    const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
    await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences));
    const { page, kill } = await openKillable(folder, `${server.url}#/studio`);
    try {
      await page.getByTestId('warning').filter({ hasText: 'nothing is kept' }).waitFor();
      await page.getByTestId('try-sample').click();
      await page.getByTestId('take-item').waitFor();
      await page.getByTestId('backend').waitFor({ timeout: 90_000 });
      await page.getByTestId('convert').click();
      await page.getByTestId('output-track').waitFor({ timeout: 90_000 });
      expect(await page.getByTestId('error').count()).toBe(0);
      expect(await page.getByText('nothing is kept').count()).toBe(1);
    } finally {
      await kill();
      await server.close();
    }
  });
});
