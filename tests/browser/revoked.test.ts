import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { collect, keepVoice, makeVoice, sealConsent, SPEECH } from './enrol-steps';
import { withSpeaker } from './speaker-network';
import { openApp, type Opened } from './support';

const PUBLISHED = fileURLToPath(new URL('../../models/published', import.meta.url));

declare global {
  interface Window {
    /** Highest sample, without sign, of the last 43 ms that went to the speakers. */
    peak(): number;
  }
}

function tapSpeakers(): void {
  const analysers: AnalyserNode[] = [];
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...args: unknown[]) => AudioNode;
  AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
    if (args[0] instanceof AudioDestinationNode) {
      const analyser = new AnalyserNode(this.context, { fftSize: 2048 });
      connect.call(this, analyser);
      analysers.push(analyser);
    }
    return connect.apply(this, args);
  };
  window.peak = () => {
    let most = 0;
    for (const analyser of analysers) {
      const samples = new Float32Array(analyser.fftSize);
      if (analyser.context.state !== 'closed') analyser.getFloatTimeDomainData(samples);
      for (const sample of samples) most = Math.max(most, Math.abs(sample));
    }
    return most;
  };
}

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

it(
  'a voice revoked in another tab falls silent in a live session within a second',
  { timeout: 240_000 },
  async () => {
    app = await openApp({
      path: '#/voices',
      intercept: withSpeaker(),
      fakeMicWav: SPEECH,
      initScript: tapSpeakers,
    });
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
    await expect.poll(() => page.evaluate(() => window.peak()), { timeout: 30_000 }).toBeGreaterThan(0.01);
    await page.bringToFront();
    // In the page, whose clock measures no waiting of the test: when the speakers last got sound.
    const lastSoundMs = page.evaluate(async () => {
      await new Promise((resolve) => (new BroadcastChannel('understudy-voices').onmessage = resolve));
      const revokedMs = performance.now();
      let lastMs = revokedMs;
      while (performance.now() - revokedMs < 6000) {
        if (window.peak() > 0.001) lastMs = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return lastMs - revokedMs;
    });
    await other.getByTestId('confirm-doom').dispatchEvent('click');
    expect(await lastSoundMs).toBeLessThan(1000);
    await page.getByTestId('error').filter({ hasText: 'has been revoked' }).waitFor();
    await page.locator(`[data-testid=live-voice-${id}]:disabled`).waitFor();
  },
);

it(
  'previews of every published voice are refused as recordings of a person',
  { timeout: 300_000 },
  async () => {
    const published = await readdir(PUBLISHED);
    const previews = published.filter((name) => name.endsWith('.opus'));
    expect(previews.length).toBe(published.filter((name) => name.endsWith('.voice')).length);
    app = await openApp({ path: '#/voices', intercept: withSpeaker() });
    const { page } = app;
    for (const name of previews) {
      const buffer = await readFile(join(PUBLISHED, name));
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
