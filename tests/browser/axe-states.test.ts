import type { RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults, WCAG_22 } from './axe';
import { measureContrast, WANTED, type Kind } from './contrast';
import { SPEECH } from './enrol-steps';
import { VISITS } from './page-states';
import { clippedOf, sideways, squashed } from './reflow';
import { withSpeaker } from './speaker-network';
import { openApp, type Opened } from './support';

const RULES: RunOptions = { ...WCAG_22, runOnly: [...(WCAG_22.runOnly as string[]), 'best-practice'] };
const WINDOW = { width: 1280, height: 1024 };
/** WINDOW at 400 %. */
const ENLARGED = { width: 320, height: 256 };

let app: Opened;
const least: Record<string, { ratio: number; what: string }> = {};

beforeAll(async () => {
  app = await openApp({ path: '#/studio', fakeMicWav: SPEECH, intercept: withSpeaker() });
  await app.page.setViewportSize(WINDOW);
});

afterAll(async () => {
  await app.close();
  for (const [name, { ratio, what }] of Object.entries(least).sort())
    console.warn(`Least contrast, ${name}: ${ratio.toFixed(2)} (${what})`);
});

/** What has too little contrast; notes the least. */
async function faint(page: Page, theme: string, state: string): Promise<string[]> {
  const measured = await measureContrast(page);
  for (const { kind, ratio, what } of measured) {
    const name = `${theme}, ${kind}`;
    if (ratio < (least[name]?.ratio ?? Infinity)) least[name] = { ratio, what: `${state}: ${what}` };
  }
  const isFaint = ({ kind, ratio }: { kind: Kind; ratio: number }) => ratio < WANTED[kind];
  return [
    ...new Set(
      measured.filter(isFaint).map(({ kind, ratio, what }) => `${kind} ${ratio.toFixed(2)}: ${what}`),
    ),
  ];
}

const enlargeText = (page: Page, size: string) =>
  page.evaluate((to) => void (document.documentElement.style.fontSize = to), size);

describe.each(Object.entries(VISITS))('every state of %s', (name, visit) => {
  it('is free of what axe-core finds, has enough contrast in both themes, and reflows', async () => {
    const { page } = app;
    await visit(page, async (state) => {
      const where = `${name}, ${state}`;
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        expect.soft(await axeFaults(page, RULES), `${where}, ${colorScheme}`).toEqual([]);
        expect.soft(await faint(page, colorScheme, where), `${where}, ${colorScheme}`).toEqual([]);
      }
      await page.setViewportSize(ENLARGED);
      expect.soft(await sideways(page), `${where}, 400 %`).toEqual([]);
      expect.soft(await clippedOf(page), `${where}, 400 %`).toEqual([]);
      expect.soft(await squashed(page), `${where}, 400 %`).toEqual([]);
      await page.setViewportSize(WINDOW);
      await enlargeText(page, '200%');
      expect.soft(await sideways(page), `${where}, text at 200 %`).toEqual([]);
      expect.soft(await clippedOf(page), `${where}, text at 200 %`).toEqual([]);
      await enlargeText(page, '');
    });
  });
});
