import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type Opened } from './support';

declare global {
  interface Window {
    shifts: { score: number; moved: string[] }[];
  }
}

/** Cumulative layout shift that web.dev calls good: shares of the window times shares of its height. */
const GOOD = 0.1;
const LOADED = { timeout: 120_000 };
/** For what comes after the networks: the size of the ear, the space that is used. */
const SETTLED_MS = 1_500;

const WINDOWS = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
  { width: 1080, height: 1920 },
];

const READY: Record<string, (page: Page) => Promise<unknown>> = {
  studio: (page) => page.getByTestId('backend').waitFor(LOADED),
  live: (page) => page.getByTestId('live-ready').waitFor(LOADED),
  voices: (page) => page.getByText('Kathleen').first().waitFor(LOADED),
};

let app: Opened;

beforeAll(async () => {
  app = await openApp({ path: '#/help' });
}, 600_000);

afterAll(() => app?.close());

function watchShifts(): void {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      sources: { node: Element | null }[];
    })[]) {
      const moved = entry.sources.map(
        ({ node }) => `${node?.nodeName} ${(node?.textContent ?? '').trim().slice(0, 30)}`,
      );
      window.shifts.push({ score: entry.value, moved });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

describe('nothing jumps while code, voices and networks load', () => {
  for (const viewport of WINDOWS) {
    it.each(Object.keys(READY))(`on the first visit of %s at ${viewport.width} px`, async (name) => {
      const context = await app.browser.newContext({ viewport, serviceWorkers: 'block' });
      const page = await context.newPage();
      await page.addInitScript(watchShifts);
      await page.goto(`${app.url}#/${name}`);
      await READY[name]!(page);
      await page.waitForTimeout(SETTLED_MS);
      const shifts = await page.evaluate(() => window.shifts);
      const sum = shifts.reduce((total, { score }) => total + score, 0);
      expect(sum, JSON.stringify(shifts)).toBeLessThan(GOOD);
      await context.close();
    });
  }
});
