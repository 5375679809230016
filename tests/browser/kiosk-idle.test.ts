import { afterEach, expect, it } from 'vitest';
import { openAppAtKiosk, prepared } from './kiosk-steps';
import type { Opened } from './support';

const SECONDS = 8;
/** The sound pictures change ten times a second; faces take turns for a moment every four seconds. */
const MOST_PER_SECOND = 25;

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

it('a kiosk that waits for visitors draws 25 pictures a second at most, and not none', async () => {
  app = await openAppAtKiosk();
  const { page, browser } = app;
  await prepared(page);
  await browser.startTracing(page, {
    categories: ['disabled-by-default-devtools.timeline.frame', 'devtools.timeline.frame'],
  });
  await page.waitForTimeout(SECONDS * 1000);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: { name: string }[] };
  const drawn = trace.traceEvents.filter(({ name }) => name === 'DrawFrame').length / SECONDS;
  expect(drawn).toBeGreaterThan(1);
  expect(drawn).toBeLessThan(MOST_PER_SECOND);
});
