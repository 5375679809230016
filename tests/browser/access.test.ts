import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { embedWatermark, voiceId24 } from '../../src/watermark';
import { hasFfmpeg } from '../ffmpeg';
import { sideways } from './reflow';
import { openApp, type Opened } from './support';
import { makeWav, readWav } from './wav';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));
const LOADED = { timeout: 60_000 };
const PHONE = { width: 390, height: 844 };

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function openStudio(): Promise<Page> {
  app = await openApp();
  await app.page.getByTestId('backend').waitFor(LOADED);
  return app.page;
}

/** Presses an element that has the keyboard's focus. */
async function press(element: Locator, key = 'Enter'): Promise<void> {
  await element.focus();
  await element.press(key);
}

async function openSample(page: Page): Promise<void> {
  await press(page.getByTestId('try-sample'));
  await page.getByTestId('take-item').waitFor();
  await page.locator('[data-testid=try-sample]:enabled').waitFor();
}

async function convert(page: Page): Promise<void> {
  await press(page.getByTestId('convert'));
  await page.getByTestId('output-track').waitFor(LOADED);
  await page.locator('[data-testid=convert]:enabled').waitFor();
}

const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement } = document;
    const name = activeElement?.getAttribute('data-testid') ?? activeElement?.getAttribute('aria-labelledby');
    return name ?? activeElement?.tagName ?? null;
  });

/** Share of an element's height that is inside the window, once the page rests. */
async function shownShare(element: Locator): Promise<number> {
  return element.evaluate(async (node) => {
    let before = NaN;
    while (before !== window.scrollY) {
      before = window.scrollY;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const { top, bottom, height } = node.getBoundingClientRect();
    return Math.max(0, Math.min(bottom, window.innerHeight) - Math.max(top, 0)) / height;
  });
}

async function marked(): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const sound = embedWatermark(readWav(await readFile(SPEECH)), { version: 1, id24: voiceId24('joe') });
  return { name: 'marked.wav', mimeType: 'audio/wav', buffer: makeWav(sound, { sampleRateHz: 24000 }) };
}

describe('on a phone', () => {
  it('Convert is near the recording, what is new comes into view, and the position can be aimed at', async () => {
    const page = await openStudio();
    await page.setViewportSize(PHONE);
    const convertButton = page.getByTestId('convert');
    await openSample(page);
    // On one screen with it: not behind nine voices.
    await expect.poll(() => shownShare(page.getByTestId('open-take'))).toBe(1);
    expect(await shownShare(convertButton)).toBe(1);
    await convert(page);
    await expect.poll(() => shownShare(page.getByTestId('output-track'))).toBe(1);
    expect(await shownShare(page.getByTestId('play'))).toBe(1);
    const slider = page.getByTestId('position-slider');
    expect((await slider.boundingBox())!.width).toBeGreaterThan(180);
    // Nothing is wider than the window.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
  });

  it('of 320 px nothing has to be scrolled sideways, on any page, whatever a take is called', async () => {
    const page = await openStudio();
    await page.setViewportSize({ width: 320, height: 640 });
    await openSample(page);
    const name = 'W'.repeat(120);
    await page.getByTestId('take-item').getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Name of the take' }).fill(name);
    expect(await sideways(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByTestId('open-take').filter({ hasText: name }).waitFor();
    await convert(page);
    for (const hash of ['studio', 'live', 'voices', 'detect', 'learn']) {
      await page.evaluate((to) => void (location.hash = `#/${to}`), hash);
      await page.locator(`nav a[href="#/${hash}"][aria-current]`).waitFor();
      expect(await sideways(page), hash).toEqual([]);
    }
  });

  it('the answer of Detect comes into view, and has a position', async () => {
    app = await openApp({ path: '#/detect' });
    const { page } = app;
    await page.setViewportSize(PHONE);
    await page.getByTestId('detect-input').setInputFiles(await marked());
    const answer = page.getByTestId('detect-answer').locator('h2');
    await answer.waitFor(LOADED);
    await expect.poll(() => shownShare(answer)).toBe(1);
    expect((await page.getByTestId('position-slider').boundingBox())!.width).toBeGreaterThan(180);
  });

  it('nothing glides for users who prefer less motion', async () => {
    const page = await openStudio();
    await page.setViewportSize(PHONE);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(() => {
      const behaviours: unknown[] = [];
      Object.assign(window, { behaviours });
      const scrollBy = window.scrollBy.bind(window);
      window.scrollBy = ((options: ScrollToOptions) => {
        behaviours.push(options.behavior);
        scrollBy(options);
      }) as typeof window.scrollBy;
    });
    await openSample(page);
    await expect
      .poll(() => page.evaluate(() => (window as never as { behaviours: unknown[] }).behaviours))
      .toEqual(['instant']);
  });
});

describe('with the keyboard', () => {
  it('the focus is never lost: after the sample, converting, downloading and deleting', async () => {
    const page = await openStudio();
    await openSample(page);
    await expect.poll(() => focused(page)).toBe('try-sample');
    await convert(page);
    await expect.poll(() => focused(page)).toBe('play');
    await Promise.all([page.waitForEvent('download', LOADED), press(page.getByTestId('download'))]);
    await page.locator('[data-testid=download]:enabled').waitFor(LOADED);
    await expect.poll(() => focused(page)).toBe('download');
    await convert(page);
    await expect.poll(() => page.getByTestId('take-item').count()).toBe(2);
    for (const next of ['take-open', 'takes-title']) {
      await press(page.getByRole('button', { name: /^Delete/ }).first());
      await press(page.getByTestId('confirm-delete'));
      await expect.poll(() => focused(page)).toBe(next);
    }
  });

  it('arrows change the side, and Space plays wherever it is free', async () => {
    const page = await openStudio();
    await openSample(page);
    await convert(page);
    const [yours, theirs] = [page.getByTestId('ab-source'), page.getByTestId('ab-output')];
    await theirs.locator('input').focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => yours.getAttribute('data-state')).toBe('on');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => theirs.getAttribute('data-state')).toBe('on');
    const playing = () => page.getByTestId('play').getAttribute('aria-label');
    await page.keyboard.press('Space');
    await expect.poll(playing).toBe('Pause');
    await page.getByRole('slider', { name: 'Position' }).press('Space');
    await expect.poll(playing).toBe('Play');
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('Space');
    await expect.poll(playing).toBe('Pause');
    // A button in focus keeps its own Space.
    await page.getByTestId('convert').focus();
    await page.keyboard.press('Space');
    await page.getByTestId('cancel').waitFor();
    expect(await playing()).toBe('Pause');
  });
});

describe('in forced colours', () => {
  it('the chosen voice, the side and the levels can still be told', async () => {
    app = await openApp({ path: '#/studio', fakeMicWav: SPEECH });
    const { page } = app;
    await page.emulateMedia({ forcedColors: 'active' });
    await page.getByTestId('backend').waitFor(LOADED);
    const look = (element: Locator) =>
      element.evaluate((node) => {
        const { backgroundColor, outlineColor, outlineStyle, borderColor } = getComputedStyle(node);
        return { backgroundColor, outline: outlineStyle === 'none' ? 'none' : outlineColor, borderColor };
      });
    const card = (id: string) => page.locator('.card', { has: page.getByTestId(`voice-${id}`) });
    await page.getByTestId('voice-joe').click();
    expect(await look(card('joe'))).not.toEqual(await look(card('kathleen')));
    await page.getByTestId('record').click();
    const meter = page.getByRole('meter', { name: 'Microphone level' });
    await meter.waitFor();
    expect((await look(meter.locator('.level'))).backgroundColor).not.toBe(
      (await look(meter)).backgroundColor,
    );
    await page.getByTestId('stop').click();
    await page.getByTestId('take-item').waitFor();
    await convert(page);
    expect((await look(page.getByTestId('ab-source'))).backgroundColor).not.toBe(
      (await look(page.getByTestId('ab-output'))).backgroundColor,
    );
    await page.goto(`${app.url}#/live`);
    await page.getByTestId('live-ready').waitFor(LOADED);
    const live = (id: string) => page.locator('.voice', { has: page.getByTestId(`live-voice-${id}`) });
    expect(await look(live('joe'))).not.toEqual(await look(live('kathleen')));
  });
});

it('Detect says what it found in words; the exact figures are one press away', async () => {
  app = await openApp({ path: '#/detect' });
  const { page } = app;
  await page.getByTestId('detect-input').setInputFiles(await marked());
  const answer = page.getByTestId('detect-answer');
  await answer.waitFor(LOADED);
  expect(await answer.innerText()).toMatch(/1 in \d+ \w+|less than 1 in a million billion/);
  expect(await answer.innerText()).not.toMatch(/p ≤|e-\d|mark version/);
  await page.getByTestId('detect-figures').locator('summary').click();
  expect(await answer.innerText()).toMatch(/p ≤ \d\.\d × 10⁻/);
  expect(await answer.innerText()).toMatch(/mark version 1/);
});

it.runIf(hasFfmpeg).each([
  ['late.mp4', '-movflags', 'frag_keyframe+empty_moov'],
  ['late.ts', '-f', 'mpegts'],
])('%s whose clock begins at an hour is as long as its sound', async (name, ...format) => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-late-'));
  try {
    const path = join(folder, name);
    const made = ['-c:a', 'aac', '-output_ts_offset', '3600', ...format, path];
    spawnSync('ffmpeg', ['-v', 'error', '-i', SPEECH, ...made]);
    app = await openApp({ path: '#/detect' });
    const { page } = app;
    await page.getByTestId('detect-input').setInputFiles(path);
    await page.getByTestId('detect-answer').waitFor(LOADED);
    const seconds = Math.floor(readWav(await readFile(SPEECH)).length / 16000);
    expect(await page.getByRole('heading', { name }).innerText()).toBe(`${name} 0:0${seconds}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('sizes are said in their unit', async () => {
  app = await openApp({
    path: '#/voices',
    initScript: () => {
      navigator.storage.estimate = async () => ({ usage: 12_300_000, quota: 10_737_418_240 });
    },
  });
  await app.page.getByText('12.3 MB used of 10.7 GB that the browser allows.').waitFor();
});
