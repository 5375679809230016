import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { added, Heaps, kept, OF_STAFF } from '../../scripts/soak/kiosk/traces.mjs';
import { DEFAULT_EXHIBIT } from '../../src/files/exhibit';
import { inRoom } from '../disguises';
import { axeFaults, WCAG_22 } from './axe';
import { LOADED, on, openAppAtKiosk, prepared, speak, SPEECH, spoken, withExhibit } from './kiosk-steps';
import type { Opened, OpenOptions } from './support';
import { makeWav, readWav } from './wav';

const SIZES = [
  { width: 1080, height: 1920 },
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
  { width: 768, height: 1024 },
];

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function openKiosk(options: OpenOptions = {}): Promise<Page> {
  app = await openAppAtKiosk(options);
  const { page } = app;
  await page.setViewportSize(SIZES[0]!);
  await prepared(page);
  return page;
}

const keptOfVisitors = async (page: Page) => (await kept(page)).filter((row) => !OF_STAFF.test(row));

/** Contrast is 7:1. */
const ENHANCED: RunOptions = {
  ...WCAG_22,
  rules: { ...WCAG_22.rules, 'color-contrast-enhanced': { enabled: true } },
};

/** Buttons smaller than 60 px, texts smaller than 22 px (at 1080 x 1920), and what is outside of the window or overlaps, at all sizes. */
async function crowding(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    const here = await page.evaluate((isReference) => {
      const shown = (element: Element) => element.getClientRects().length > 0;
      const all = [...document.querySelectorAll('.kiosk button, .kiosk h1, .kiosk p')].filter(shown);
      const boxes = all.map((element) => ({ element, box: element.getBoundingClientRect() }));
      const name = (element: Element) => element.getAttribute('data-testid') ?? element.textContent.trim();
      const list: string[] = [];
      for (const { element, box } of boxes) {
        if (box.left < 0 || box.top < 0 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
          list.push(`outside: ${name(element)}`);
        if (element.matches('button') && Math.min(box.width, box.height) < 60)
          list.push(`small: ${name(element)} ${box.width} x ${box.height}`);
        for (const other of boxes) {
          if (other.element === element || other.element.contains(element) || element.contains(other.element))
            continue;
          const { box: b } = other;
          const overlap =
            box.left < b.right && b.left < box.right && box.top < b.bottom && b.top < box.bottom;
          if (overlap) list.push(`overlap: ${name(element)} and ${name(other.element)}`);
        }
      }
      if (!isReference) return list;
      const walker = document.createTreeWalker(document.querySelector('.kiosk')!, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement!;
        if (walker.currentNode.textContent!.trim() && shown(parent)) {
          const px = parseFloat(getComputedStyle(parent).fontSize);
          if (px < 22) list.push(`text of ${px} px: ${walker.currentNode.textContent!}`);
        }
      }
      return list;
    }, size === SIZES[0]);
    found.push(...here.map((each) => `${size.width} x ${size.height}: ${each}`));
  }
  await page.setViewportSize(SIZES[0]!);
  return found;
}

describe('a visit', () => {
  it('takes three touches to hear the other voice, and nothing of it stays', async () => {
    const page = await openKiosk();
    expect(await page.evaluate(() => window.contexts)).toBe(0);
    const heaps = await Heaps.of(page);
    const before = await keptOfVisitors(page);
    expect(before.length).toBeGreaterThan(5);
    const clean = await heaps.samples();
    expect(clean.page).toEqual([]);
    // The probe reaches the workers.
    await heaps.inWorkers('void (globalThis.planted = new Float32Array(5000).fill(0.1))');
    expect(new Set(added(clean.workers, (await heaps.samples()).workers))).toEqual(new Set([5000]));
    await heaps.inWorkers('delete globalThis.planted');

    await on(page, 'begin').click();
    await on(page, 'voice-joe').click();
    await speak(page);
    await on(page, 'listen').waitFor(LOADED);
    await page.locator('[data-testid=kiosk-listen][data-complete=true]').waitFor(LOADED);
    // The probe finds samples while there are some.
    expect((await heaps.samples()).page.length).toBeGreaterThan(0);
    await on(page, 'before').click();
    await expect.poll(() => on(page, 'caption').textContent()).toMatch(/your own voice|Nothing is playing/);
    await on(page, 'finish').click();
    await page.locator('[data-testid=kiosk-mark][data-found=yes]').waitFor(LOADED);
    await on(page, 'seen').click();
    expect(await on(page, 'goodbye').innerText()).toContain('This was a synthetic voice');
    await on(page, 'goodbye-button').click();
    await on(page, 'attract').waitFor();

    expect((await heaps.samples()).page).toEqual([]);
    // Once the networks have run on silence.
    await expect
      .poll(async () => added(clean.workers, (await heaps.samples()).workers), { timeout: 60_000 })
      .toEqual([]);
    expect(await keptOfVisitors(page)).toEqual(before);
    expect(await page.evaluate(() => [...window.objectUrls])).toEqual([]);
  });

  it('requests nothing from the network, with a spoken notice neither', async () => {
    const answer = withExhibit({ ...DEFAULT_EXHIBIT, noticeBeforePlayback: true });
    const requests: string[] = [];
    const page = await openKiosk({
      intercept(request, response) {
        requests.push(request.url!);
        return answer(request, response);
      },
    });
    expect(requests).toContain('/disclaimer/en.opus');
    requests.length = 0;
    await on(page, 'begin').click();
    await on(page, 'voice-joe').click();
    await speak(page);
    await page.locator('[data-testid=kiosk-listen][data-complete=true]').waitFor(LOADED);
    await on(page, 'again').click();
    await speak(page);
    await page.locator('[data-testid=kiosk-listen][data-complete=true]').waitFor(LOADED);
    await on(page, 'finish').click();
    // Of the second sentence there may be too little for the mark to be sure.
    await page.locator('[data-testid=kiosk-mark][data-found]').waitFor(LOADED);
    await on(page, 'seen').click();
    await on(page, 'goodbye-button').click();
    await on(page, 'attract').waitFor();
    expect(requests).toEqual([]);
  });

  it('requests nothing when another language is chosen, or the recording of a voice is played', async () => {
    const requests: string[] = [];
    const page = await openKiosk({
      intercept(request) {
        requests.push(request.url!);
        return false;
      },
    });
    requests.length = 0;
    await on(page, 'begin-de').click();
    await on(page, 'about-nightingale').click();
    const play = page.getByTestId('recorded-play');
    await play.click();
    await expect.poll(() => play.textContent()).toBe('Originalaufnahme anhalten');
    await expect.poll(() => play.textContent(), LOADED).toBe('Originalaufnahme anhören');
    await on(page, 'language').click();
    await on(page, 'about-use').click();
    await page.locator('[data-testid=kiosk-record]:enabled').waitFor(LOADED);
    expect(requests).toEqual([]);
    expect(await page.evaluate(() => [...window.objectUrls])).toEqual([]);
  });

  it('is not cut off by a second finger on the button', async () => {
    const page = await openKiosk();
    await on(page, 'begin').click();
    await on(page, 'voice-joe').click();
    await page.locator('[data-testid=kiosk-record]:enabled').waitFor(LOADED);
    await speak(page, 3, async () => {
      for (const type of ['pointerdown', 'pointerup'])
        await on(page, 'record').dispatchEvent(type, { pointerId: 77, pointerType: 'touch', button: 0 });
      await spoken(page, 4);
      expect(await on(page, 'problem').count()).toBe(0);
    });
    await on(page, 'listen').waitFor(LOADED);
  });

  it('is told that two short presses were too short, and is over when nobody is there any more', async () => {
    const exhibit = { ...DEFAULT_EXHIBIT, idleSeconds: 15 };
    const page = await openKiosk({
      intercept: withExhibit(exhibit),
    });
    await on(page, 'begin').click();
    await on(page, 'voice-joe').click();
    await page.locator('[data-testid=kiosk-record]:enabled').waitFor(LOADED);
    await on(page, 'record').click();
    await on(page, 'record').click();
    await page.locator('[data-testid=kiosk-problem][data-problem=too-short]').waitFor();
    await on(page, 'attract').waitFor(LOADED);
  });

  it('does not go two screens further by pressing twice', async () => {
    const page = await openKiosk();
    await on(page, 'begin').click();
    await on(page, 'about-nightingale').dblclick();
    await on(page, 'about').waitFor();
    await on(page, 'about-back').dblclick();
    await on(page, 'voices').waitFor();
    await on(page, 'voice-joe').click();
    await speak(page, 4);
    await page.locator('[data-testid=kiosk-listen][data-complete=true]').waitFor(LOADED);
    await on(page, 'finish').click();
    await page.locator('[data-testid=kiosk-seen]:enabled').dblclick(LOADED);
    await on(page, 'goodbye').waitFor();
    await on(page, 'quieter').dblclick();
    await expect.poll(() => page.locator('.level').getAttribute('aria-label')).toMatch(/60/);
  });

  it('reads all about a voice with arrows alone, and sees the volume in forced colours', async () => {
    const page = await openKiosk();
    await on(page, 'begin').click();
    await on(page, 'about-nightingale').click();
    const text = page.locator('[data-testid=kiosk-about] [role=region]');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => text.evaluate((node) => node === document.activeElement)).toBe(true);
    const isAtEnd = () =>
      text.evaluate((node) => node.scrollTop + node.clientHeight >= node.scrollHeight - 1);
    for (let i = 0; i < 20 && !(await isAtEnd()); i++) await page.keyboard.press('ArrowDown');
    expect(await isAtEnd()).toBe(true);
    await page.emulateMedia({ forcedColors: 'active' });
    const bars = await page
      .locator('.level i')
      .evaluateAll((all) => all.map((bar) => getComputedStyle(bar).backgroundColor));
    expect(new Set(bars).size).toBe(2);
  });

  it('can be left while it is converted, and the next one begins as if there had been none', async () => {
    const page = await openKiosk();
    const heaps = await Heaps.of(page);
    const clean = await heaps.samples();
    const before = await keptOfVisitors(page);
    await on(page, 'begin-de').click();
    await on(page, 'louder').click();
    await on(page, 'quieter').click();
    await on(page, 'quieter').click();
    await on(page, 'voice-joe').click();
    await page.locator('[data-testid=kiosk-record]:enabled').waitFor(LOADED);
    await on(page, 'record').hover();
    await page.mouse.down();
    await page.waitForFunction(
      () => Number(/(\d+) von 15/.exec(document.body.textContent ?? '')?.[1] ?? 0) >= 2,
      undefined,
      LOADED,
    );
    await page.mouse.up();
    await on(page, 'end').click();
    await on(page, 'attract').waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    expect((await heaps.samples()).page).toEqual([]);
    await expect
      .poll(async () => added(clean.workers, (await heaps.samples()).workers), { timeout: 60_000 })
      .toEqual([]);
    expect(await keptOfVisitors(page)).toEqual(before);
    await on(page, 'begin').click();
    expect(await page.locator('.level').getAttribute('aria-label')).toBe('80%');
    expect(await page.getByTestId('kiosk').getAttribute('data-screen')).toBe('voices');
  });
});

describe('every screen', () => {
  it('is asked to come closer in a hall; is warned of the second attempt; takes a marked file along if that is allowed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-hall-'));
    const hall = join(folder, 'hall.wav');
    await writeFile(hall, makeWav(inRoom(readWav(await readFile(SPEECH)), 2.5, 8)));
    const exhibit = { ...DEFAULT_EXHIBIT, exportAllowed: true };
    const page = await openKiosk({
      fakeMicWav: hall,
      intercept: withExhibit(exhibit),
    });
    await on(page, 'begin').click();
    await on(page, 'voice-joe').click();
    await speak(page, 5);
    await page.locator('[data-testid=kiosk-problem][data-problem=unclear]').waitFor(LOADED);
    expect(await on(page, 'problem').innerText()).toContain('Come close to the microphone');
    await speak(page, 5);
    await on(page, 'listen').waitFor(LOADED);
    expect(await on(page, 'unclear').innerText()).toContain('some words may be wrong');
    await page.locator('[data-testid=kiosk-listen][data-complete=true]').waitFor(LOADED);
    await on(page, 'finish').click();
    await page.locator('[data-testid=kiosk-seen]:enabled').click(LOADED);
    const [file] = await Promise.all([page.waitForEvent('download'), on(page, 'save').click()]);
    expect(file.suggestedFilename()).toMatch(/\.wav$/);
    expect(readWav(await readFile(await file.path())).length).toBeGreaterThan(5 * 24000);
    await page.locator('[data-testid=kiosk-saved][data-saved=done]').waitFor();
    await on(page, 'goodbye-button').click();
    expect(await page.evaluate(() => [...window.objectUrls])).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('can be reached by one switch: the focus moves on by itself', async () => {
    const page = await openKiosk();
    await on(page, 'begin').focus();
    await page.keyboard.press('Enter');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    await expect.poll(focused).toBe('kiosk-voice-ambrose');
    await expect.poll(focused).toBe('kiosk-voice-kathleen');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('kiosk-record');
    await page.keyboard.press('Enter');
    await spoken(page, 4);
    // It stays while the visitor speaks.
    expect(await focused()).toBe('kiosk-record');
    await page.keyboard.press('Enter');
    await on(page, 'listen').waitFor(LOADED);
    // Whoever has other keys moves the focus alone.
    await page.keyboard.press('ArrowDown');
    const chosen = await focused();
    await page.waitForTimeout(3000);
    expect(await focused()).toBe(chosen);
  });

  it('is accessible, fits four sizes, and can be used with arrows and Enter alone', async () => {
    const page = await openKiosk();
    const found: string[] = [];
    const look = async () => {
      const screen = await page.getByTestId('kiosk').getAttribute('data-screen');
      found.push(
        ...[...(await axeFaults(page, ENHANCED)), ...(await crowding(page))].map(
          (each) => `${screen}: ${each}`,
        ),
      );
    };
    const reach = async (element: Locator) => {
      await element.waitFor(LOADED);
      for (let i = 0; i < 30; i++) {
        if (await element.evaluate((node) => node === document.activeElement)) return;
        await page.keyboard.press('ArrowDown');
      }
      throw new Error(`${String(element)} cannot be reached`);
    };
    await look();
    await reach(on(page, 'begin'));
    await page.keyboard.press('Enter');
    await on(page, 'voices').waitFor();
    await look();
    await reach(on(page, 'voice-kathleen'));
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=kiosk-record]:enabled').waitFor(LOADED);
    await look();
    await reach(on(page, 'record'));
    // Press once, press again.
    await page.keyboard.press('Space');
    await spoken(page, 3);
    await page.keyboard.press('Space');
    await page.locator('[data-testid=kiosk-listen][data-complete=true]').waitFor(LOADED);
    await look();
    await reach(on(page, 'finish'));
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=kiosk-mark][data-found=yes]').waitFor(LOADED);
    await look();
    await reach(on(page, 'seen'));
    await page.keyboard.press('Enter');
    await on(page, 'goodbye').waitFor();
    await look();
    expect(found).toEqual([]);
  });
});
