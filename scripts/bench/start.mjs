import { DIST, ensureBuilt } from '../build.mjs';
import { ensureEarlierBuild } from './earlier-build.mjs';
import { inNewProfile, serveWithoutEar } from './first-visit.mjs';

/** The build that the start is compared with. */
const EARLIER = '1b04329';
const THROTTLING = 4;
const THROTTLED_STARTS = 5;

/**
 * The time to the first converted sound at the first and the second visit, of the build of EARLIER and of today's in turns, each pair in
 * new profiles. Then the start of today's build in a profile that has visited it, with the page's processor slowed down four times.
 *
 * @param {number} pairs
 * @returns {Promise<{ first: Comparison, second: Comparison, paintSeconds: number, recordSeconds: number }>} medians. `paintSeconds`: to the
 *   first contentful paint; `recordSeconds`: until it can record
 *
 * @typedef {{ earlierSeconds: number, todaySeconds: number, ratio: number }} Comparison `ratio`: of the pairs, today to earlier
 */
export async function measureStart(pairs) {
  await ensureBuilt();
  const earlier = await serveWithoutEar(await ensureEarlierBuild(EARLIER));
  const today = await serveWithoutEar(DIST);
  const both = async (/** @type {typeof today} */ server) =>
    inNewProfile(server, async ({ first, second }) => ({ first: first.seconds, second: second.seconds }));
  /** @type {Record<'earlier' | 'today', { first: number, second: number }>[]} */
  const measured = [];
  try {
    for (let pair = 0; pair < pairs; pair++) {
      // Who is first changes: what the machine does meanwhile slows down neither more than the other.
      if (pair % 2 === 0) measured.push({ earlier: await both(earlier), today: await both(today) });
      else {
        const now = await both(today);
        measured.push({ earlier: await both(earlier), today: now });
      }
    }
    const compare = (/** @type {'first' | 'second'} */ visit) => ({
      earlierSeconds: median(measured.map((pair) => pair.earlier[visit])),
      todaySeconds: median(measured.map((pair) => pair.today[visit])),
      ratio: median(measured.map((pair) => pair.today[visit] / pair.earlier[visit])),
    });
    return { first: compare('first'), second: compare('second'), ...(await measureThrottled(today)) };
  } finally {
    await earlier.close();
    await today.close();
  }
}

/** @param {Awaited<ReturnType<typeof serveWithoutEar>>} server */
async function measureThrottled(server) {
  return inNewProfile(server, async ({ context }) => {
    const starts = [];
    for (let i = 0; i < THROTTLED_STARTS; i++) starts.push(await throttledStart(context, server.url));
    return {
      paintSeconds: median(starts.map(({ paintMs }) => paintMs)) / 1000,
      recordSeconds: median(starts.map(({ recordMs }) => recordMs)) / 1000,
    };
  });
}

/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} url
 */
async function throttledStart(context, url) {
  const page = await context.newPage();
  try {
    const tools = await context.newCDPSession(page);
    await tools.send('Emulation.setCPUThrottlingRate', { rate: THROTTLING });
    await page.goto(url, { waitUntil: 'commit' });
    const recordMs = await page
      .waitForFunction(
        () => document.querySelector('[data-testid=record]:enabled') !== null && performance.now(),
      )
      .then((found) => found.jsonValue());
    const paintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
    );
    return { paintMs, recordMs: Number(recordMs) };
  } finally {
    await page.close();
  }
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (Number(sorted[Math.ceil(middle) - 1]) + Number(sorted[Math.floor(middle)])) / 2;
}
