import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/build.mjs';
import { collect, keepVoice, makeVoice, sealConsent } from './enrol-steps';
import { LOADED, on, prepared, speak } from './kiosk-steps';
import {
  checkForUpdate,
  clearBrowserCache,
  convertSample,
  damage,
  goLive,
  kept,
  nextVersion,
  openFrom,
  ownHost,
  plainHost,
  reloadAt,
  stopWorker,
  versionOf,
} from './offline-steps';
import { recordedSeconds, type Opened } from './support';

beforeAll(() => ensureBuilt());

const isolated = (page: Page) => page.evaluate(() => crossOriginIsolated);

describe('after the first visit, without a network,', () => {
  let app: Opened;
  let page: Page;
  let url: string;
  /** An export of the studio. */
  let exported: string;

  beforeAll(async () => {
    const host = await ownHost();
    ({ url } = host);
    app = await openFrom(host);
    ({ page } = app);
    // By the headers of our own server; there is no worker yet.
    expect(await isolated(page)).toBe(true);
    await kept(page);
    await host.stop();
    await expect(fetch(url)).rejects.toThrow();
  });

  afterAll(() => app.browser.close());

  it('the studio plays a preview, converts, and writes a signed file', async () => {
    await reloadAt(page, url, '#/studio');
    expect(await isolated(page)).toBe(true);
    await convertSample(page);
    await page.getByTestId('preview-joe').click();
    await page.getByTestId('preview-joe').getByText('■').waitFor();
    await page.getByTestId('format').selectOption('mp3');
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('download').click()]);
    exported = await file.path();
    expect(await page.getByTestId('warning').count()).toBe(0);
    expect(await page.getByTestId('error').count()).toBe(0);
    await kept(page);
  });

  it('a mark is found', async () => {
    await reloadAt(page, url, '#/detect');
    await page
      .getByTestId('detect-input')
      .setInputFiles({ name: 'a.mp3', mimeType: 'audio/mpeg', buffer: await readFile(exported) });
    const answer = page.getByTestId('detect-answer');
    await answer.waitFor({ timeout: 60_000 });
    expect(await answer.getAttribute('data-present')).toBe('yes');
    await page.locator('[data-testid=credentials-state][data-state=intact]').waitFor();
  });

  it('Live converts', async () => {
    await reloadAt(page, url, '#/live');
    await goLive(page);
    await page.getByTestId('live-toggle').click();
    expect(await page.getByTestId('error').count()).toBe(0);
  });

  it('a voice is made', async () => {
    await reloadAt(page, url, '#/voices');
    await collect(page);
    await sealConsent(page);
    await makeVoice(page);
    await keepVoice(page);
    await page.goto(`${url}#/voices/roosevelt`);
    await page.getByRole('heading', { level: 1, name: /Roosevelt/ }).waitFor();
  });

  it('the lessons play', async () => {
    await reloadAt(page, url, '#/learn');
    await page.getByTestId('learn-sample').click();
    await page.getByTestId('voice-play').click({ timeout: 60_000 });
    await expect.poll(() => page.getByTestId('voice-play').textContent()).toMatch(/Pause/);
  });

  it('a kiosk has a visit', async () => {
    await reloadAt(page, url, '#/kiosk');
    await prepared(page);
    await on(page, 'begin').click();
    await on(page, 'voice-joe').click();
    await speak(page);
    await page.locator('[data-testid=kiosk-listen][data-complete=true]').waitFor(LOADED);
  });

  it('a curator opens the exhibit', async () => {
    await reloadAt(page, url, '#/curator');
    await page.getByTestId('voice-add').waitFor(LOADED);
  });

  it('the licences can be read, and what was never there is an error', async () => {
    await page.goto(`${url}third-party-licences.txt`);
    expect(await page.locator('body').innerText()).toContain('Third-party software');
    await page.goto(url);
    const [theirs, network] = await page.evaluate(async () => {
      const asked = (path: string) =>
        fetch(path).then(
          ({ status }) => status,
          () => 0,
        );
      return Promise.all([
        asked('recordings/theodore-roosevelt-1913-authentic.opus'),
        asked('models/content.onnx'),
      ]);
    });
    expect(theirs).toBe(200);
    // The networks are in IndexedDB alone.
    expect(network).toBe(0);
  });
});

describe('on a host of plain files, under a path and without headers,', () => {
  let app: Opened | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it('the first page is loaded twice, has threads from then on, and needs no network', async () => {
    const host = await plainHost();
    app = await openFrom(host, { path: '#/studio' });
    const { page } = app;
    await page.waitForFunction(() => crossOriginIsolated);
    await kept(page);
    expect(await page.getByTestId('one-thread').count()).toBe(0);
    await host.stop();
    await page.reload();
    expect(await isolated(page)).toBe(true);
    await convertSample(page);
    await reloadAt(page, host.url, '#/live');
    expect(await isolated(page)).toBe(true);
    await goLive(page);
  });

  it('without a service worker it converts on one thread and says so, without a loop', async () => {
    const host = await plainHost((path) => (path === 'service-worker.js' ? null : undefined));
    app = await openFrom(host);
    const { page } = app;
    let loads = 0;
    page.on('load', () => loads++);
    await page.getByTestId('one-thread').waitFor();
    await convertSample(page);
    expect(await page.getByTestId('backend').textContent()).toMatch(/one processor thread/);
    expect(await page.getByTestId('offline').getAttribute('data-stage')).toBe('unavailable');
    expect(loads).toBeLessThanOrEqual(1);
    expect(await isolated(page)).toBe(false);
  });
});

describe('what is kept', () => {
  let app: Opened;
  let page: Page;
  let answer: ReturnType<typeof nextVersion> = () => undefined;
  let host: Awaited<ReturnType<typeof ownHost>>;

  beforeAll(async () => {
    host = await ownHost((path) => answer(path));
    app = await openFrom(host);
    ({ page } = app);
    await kept(page);
  });

  afterAll(() => app.close());

  it('is fetched again where it is lost or damaged', async () => {
    expect(await damage(page, '/assets/.*\\.js')).toBeGreaterThan(20);
    expect(await damage(page, '/(index\\.html|assets/ort-wasm-simd-threaded-.*\\.wasm)', '')).toBe(2);
    await stopWorker(app.context, page);
    await page.reload();
    await convertSample(page);
    await kept(page);
    const sizes = await page.evaluate(async () => {
      const cache = await caches.open('understudy-shell');
      const found = await cache.matchAll();
      return Promise.all(found.map(async (each) => (await each.blob()).size));
    });
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  });

  it('and a part that is lost without a network is an error with a way on', async () => {
    const { port } = new URL(host.url);
    await page.goto(`${host.url}#/studio`);
    await host.stop();
    expect(await damage(page, '/assets/learn-page-.*\\.js')).toBe(1);
    await clearBrowserCache(app.context, page);
    await page.goto(`${host.url}#/learn`);
    await page.getByTestId('page-failed').waitFor();
    await page.getByTestId('page-retry').click();
    await page.getByTestId('page-failed').waitFor();
    host = await ownHost((path) => answer(path), Number(port));
    await page.getByTestId('page-retry').click();
    await page.getByTestId('learn-sample').waitFor({ timeout: 30_000 });
  });

  it('a new version is offered, waits for a recording, and is used once the user has agreed', async () => {
    await reloadAt(page, host.url, '#/studio');
    await kept(page);
    const before = await versionOf(page);
    answer = nextVersion();
    await page.getByTestId('record').click();
    await recordedSeconds(page, 1);
    await checkForUpdate(page);
    await page.locator('[data-testid=update][data-stage=offered]').waitFor({ timeout: 60_000 });
    await page.getByTestId('update-use').click();
    await page.locator('[data-testid=update][data-stage=agreed]').waitFor();
    await recordedSeconds(page, 3);
    const takes = await page.getByTestId('take-item').count();
    await page.getByTestId('stop').click();
    await expect.poll(() => versionOf(page).catch(() => before), { timeout: 60_000 }).not.toBe(before);
    await expect.poll(() => versionOf(page)).toMatch(/^[0-9a-f]{8}$/);
    expect(await page.getByTestId('update').count()).toBe(0);
    await expect.poll(() => page.getByTestId('take-item').count()).toBe(takes + 1);
  });

  it('a kiosk uses a new version by itself, between visits', async () => {
    await reloadAt(page, host.url, '#/kiosk');
    await prepared(page);
    await on(page, 'begin').click();
    await on(page, 'voice-joe').waitFor();
    await page.evaluate(() => Object.assign(window, { isBefore: true }));
    answer = () => undefined;
    await checkForUpdate(page);
    await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration())?.waiting);
    expect(await page.evaluate(() => 'isBefore' in window)).toBe(true);
    await on(page, 'end').click();
    await page.waitForFunction(() => !('isBefore' in window), undefined, { timeout: 30_000 });
    await prepared(page);
  });
});
