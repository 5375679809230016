import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium } from './browser.mjs';
import { DIST, ensureBuilt, ROOT } from './build.mjs';
import { command, print } from './output.mjs';
import { serve } from './serve.mjs';
import { makeBreakable } from './soak/kiosk/faults.mjs';
import { Leftovers } from './soak/kiosk/leftovers.mjs';
import { seeded } from './soak/kiosk/random.mjs';
import { plan, Visitor } from './soak/kiosk/visitor.mjs';
import { broken, EAGER_MEMORY, memoryMb, number, rounded } from './soak/report.mjs';

const USAGE = 'npm run soak:kiosk -- [--visits N] [--kiosks N] [--no-faults] [--seed N] [--within seconds]';
const SPEECH = join(ROOT, 'tests/fixtures/audio/speech.wav');
const EXHIBIT = {
  format: 'understudy-exhibit',
  version: 1,
  title: { en: 'Soak' },
  accentColour: '#ef5b7b',
  languages: ['en'],
  voices: [{ id: 'kathleen' }, { id: 'joe' }, { id: 'ambrose' }],
  prompts: [{ en: 'Say what you would have said.' }, { en: 'Say it again.' }],
  idleSeconds: 15,
  volume: 0.5,
  noticeBeforePlayback: false,
  exportAllowed: false,
};
/** Visits before memory is measured for the first time. */
const WARM_UP = 3;
/** Between two looks through all that is stored and through the heaps of the workers. */
const THOROUGH = 10;
const BARS = { growthMb: 5 };

await command(async () => {
  const { visits, kiosks, seed, ...options } = readArguments();
  await ensureBuilt();
  const server = await serve({
    root: DIST,
    intercept(request, response) {
      if (request.url !== '/exhibit.json') return false;
      response.end(JSON.stringify(EXHIBIT));
      return true;
    },
  });
  const startedMs = performance.now();
  let begun = 0;
  const begin = () => ++begun <= visits;
  try {
    const reports = await Promise.all(
      Array.from({ length: kiosks }, (_, i) =>
        kiosk(server.url, { ...options, begin, seed: seed + i, isStill: i > 0 }),
      ),
    );
    const report = together(reports);
    const failed = broken({
      'a visit got stuck': report.stuck > 0,
      'something of a visitor was left': report.leftovers > 0,
      [`memory grew by more than ${BARS.growthMb} MB`]: report.heapGrowthMB > BARS.growthMb,
    });
    const secondsPerVisit = (performance.now() - startedMs) / 1000 / report.visits;
    await print(JSON.stringify({ seed, kiosks, ...rounded({ ...report, secondsPerVisit }), failed }));
    if (failed.length > 0) process.exitCode = 1;
  } finally {
    await server.close();
  }
});

/** @typedef {{ begin: () => boolean, withFaults: boolean, withinMs: number }} Options `begin`: whether there is another visit, which is counted */

/**
 * One kiosk in a browser of its own.
 *
 * @param {string} url
 * @param {Options & { seed: number, isStill: boolean }} options `isStill`: without animations
 */
async function kiosk(url, { seed, isStill, ...options }) {
  const browser = await launchChromium({
    args: [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${SPEECH}`,
      '--autoplay-policy=no-user-gesture-required',
      EAGER_MEMORY,
    ],
  });
  try {
    const context = await browser.newContext({
      hasTouch: true,
      viewport: { width: 1080, height: 1920 },
      // Without a GPU, drawing what moves takes more time than conversion.
      deviceScaleFactor: 0.5,
      reducedMotion: isStill ? 'reduce' : 'no-preference',
    });
    const page = await context.newPage();
    await page.addInitScript(makeBreakable);
    await page.goto(`${url}#/kiosk`);
    const random = seeded(seed);
    const visitor = new Visitor(page, await context.newCDPSession(page), random);
    return await soak(page, visitor, random, options);
  } finally {
    await browser.close();
  }
}

/** @typedef {Awaited<ReturnType<typeof soak>>} Report */

/**
 * The visits of several kiosks counted together, and the largest growth of one.
 *
 * @param {Report[]} reports
 * @returns {Report}
 */
function together(reports) {
  const heapGrowthMB = Math.max(...reports.map((each) => each.heapGrowthMB));
  return { ...reports.reduce((all, one) => added(all, one)), heapGrowthMB };
}

/**
 * @template {Record<string, number | Record<string, number>>} T
 * @param {T} a
 * @param {T} b
 * @returns {T} the sums of all counts
 */
function added(a, b) {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const sum = (/** @type {any} */ x, /** @type {any} */ y) =>
    typeof (x ?? y) === 'object' ? added(x, y) : (x ?? 0) + (y ?? 0);
  return /** @type {T} */ (Object.fromEntries(names.map((name) => [name, sum(a[name], b[name])])));
}

/**
 * @param {import('playwright-core').Page} page
 * @param {Visitor} visitor
 * @param {import('./soak/kiosk/visitor.mjs').Random} random
 * @param {Options} options
 */
async function soak(page, visitor, random, { begin, withFaults, withinMs }) {
  if (!(await visitor.atRest())) throw new Error('The kiosk did not load.');
  const leftovers = await Leftovers.of(page);
  const report = {
    ...{ visits: 0, completed: 0, aborted: 0, idle: 0, reload: 0, interrupted: 0, stuck: 0, outOfOrder: 0 },
    faults: /** @type {Record<string, number>} */ ({}),
    leftovers: 0,
    heapGrowthMB: 0,
  };
  const complete = { ending: null, fault: null };
  for (let i = 0; i < WARM_UP; i++) await visitor.visit(complete);
  await visitor.atRest();
  const memoryBeforeMb = await memoryMb(page);
  const startedMs = performance.now();
  while (performance.now() - startedMs < withinMs && begin()) {
    const planned = plan(random, withFaults);
    const { outcome, last, fault } = await visitor.visit(planned);
    report.visits++;
    report[outcome]++;
    if (fault) report.faults[fault] = (report.faults[fault] ?? 0) + 1;
    if (visitor.wasOutOfOrder) report.outOfOrder++;
    if (outcome === 'stuck' || !(await visitor.atRest())) {
      if (outcome !== 'stuck') report.stuck++;
      const where = JSON.stringify(await visitor.look());
      console.error(
        `Visit ${report.visits} (${outcome} on ${last}, ${JSON.stringify(planned)}) is stuck: ${where}.`,
      );
      await page.reload();
      await visitor.atRest();
    }
    const found = await leftovers.find(report.visits % THOROUGH === 0);
    report.leftovers += found.length;
    for (const each of found) console.error(`Visit ${report.visits} (${outcome} on ${last}) left ${each}.`);
    if (report.visits % THOROUGH === 0) console.error(progress(report));
  }
  // In the state in which it was measured before.
  await visitor.visit(complete);
  await visitor.atRest();
  const found = await leftovers.find(true);
  report.leftovers += found.length;
  for (const each of found) console.error(`In the end there was ${each}.`);
  report.heapGrowthMB = (await memoryMb(page)) - memoryBeforeMb;
  return report;
}

/** @param {{ visits: number, completed: number, faults: Record<string, number>, stuck: number, leftovers: number }} report */
function progress({ visits, completed, faults, stuck, leftovers }) {
  const caused = Object.values(faults).reduce((sum, count) => sum + count, 0);
  return `${visits} visits: ${completed} completed, ${caused} faults, ${stuck} stuck, ${leftovers} leftovers`;
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      visits: { type: 'string', default: '60' },
      kiosks: { type: 'string', default: '1' },
      'no-faults': { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      within: { type: 'string' },
    },
  });
  return {
    visits: number('visits', values.visits, USAGE),
    kiosks: number('kiosks', values.kiosks, USAGE),
    withFaults: !values['no-faults'],
    seed: number('seed', values.seed, USAGE),
    withinMs: values.within === undefined ? Infinity : 1000 * number('within', values.within, USAGE),
  };
}
