import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIST, ensureBuilt } from '../../scripts/build.mjs';
import { serve } from '../../scripts/serve.mjs';
import { random } from '../unit/engine/helpers';
import { SPEECH } from './enrol-steps';
import { openKillable, type Killable } from './killable';

/** `npm run kill-test` sets 50: as many moments, of each kind of work in turn. */
const KILLS = Number(process.env['KILLS'] ?? 4);
const SHORTEST_MS = 1500;
const LONGEST_MS = 5000;
/** The bar: what a kill may cost of what the page had counted as recorded. */
const LOST_SECONDS = 1;

const MICROPHONE = [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-audio-capture=${SPEECH}`,
];

interface Work {
  /** Begins it and resolves once it runs. */
  begin(page: Page): Promise<void>;
  /** Seconds that the page counts as recorded. */
  counted(page: Page): Promise<number>;
  /** Seconds that are found after the tab is opened again. */
  found(page: Page): Promise<number>;
}

const secondsAt = (testId: string) => (page: Page) =>
  page
    .getByTestId(testId)
    .getAttribute('data-seconds')
    .then((value) => Number(value ?? 0));

/** The page says what it has found, and the newest take opens with all of it. */
async function foundTake(page: Page): Promise<number> {
  await page.getByTestId('warning').filter({ hasText: 'Found and saved as a take' }).waitFor();
  await page.getByRole('button', { name: 'Open it in the studio' }).click();
  await page.getByTestId('open-take').waitFor();
  expect(await page.getByTestId('error').count()).toBe(0);
  return newestSeconds(page);
}

const WORK: Record<string, Work> = {
  recording: {
    async begin(page) {
      await page.getByTestId('record').click();
      await page.getByTestId('stop').waitFor();
    },
    counted: secondsAt('record-clock'),
    found: foundTake,
  },
  'reading aloud': {
    async begin(page) {
      await page.getByRole('link', { name: 'Voices' }).click();
      await page.getByTestId('read-aloud').click();
      await page.getByTestId('reading-verdict').waitFor();
    },
    counted: secondsAt('reading-verdict'),
    async found(page) {
      await page.getByRole('button', { name: 'Go on with the voice' }).click();
      await page.getByTestId('found-recording').first().waitFor();
      const seconds = await storedSeconds(page);
      for (const row of await page.getByTestId('found-recording').all())
        await row.getByRole('button', { name: 'Discard' }).click();
      return seconds;
    },
  },
  converting: {
    async begin(page) {
      await page.getByTestId('try-sample').click();
      await page.getByTestId('open-take').waitFor();
      await page.getByTestId('backend').waitFor({ timeout: 90_000 });
      await page.getByTestId('convert').click();
    },
    // The sample: its recording must be whole, converted or not.
    counted: async () => 6.9,
    async found(page) {
      await page.getByTestId('take-open').first().click();
      await page.getByTestId('open-take').waitFor();
      expect(await page.getByTestId('error').count()).toBe(0);
      return newestSeconds(page);
    },
  },
  'a live take': {
    async begin(page) {
      await page.getByRole('link', { name: 'Live', exact: true }).click();
      await page.getByTestId('live-ready').waitFor({ timeout: 90_000 });
      await page.getByTestId('live-toggle').click();
      await page.locator('[data-testid=live-toggle][data-phase=live]').waitFor({ timeout: 60_000 });
      await page.getByTestId('live-record').click();
    },
    counted: secondsAt('live-record'),
    found: foundTake,
  },
};

describe('a tab that is killed while it records', () => {
  let server: Awaited<ReturnType<typeof serve>>;
  let profile: string;
  let killable: Killable | undefined;

  const open = async () => (killable = await openKillable(profile, `${server.url}#/studio`, MICROPHONE));

  beforeAll(async () => {
    await ensureBuilt();
    server = await serve({ root: DIST });
    profile = await mkdtemp(join(tmpdir(), 'understudy-kill-'));
    await open();
  });

  afterAll(async () => {
    await killable?.kill();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  });

  it(
    `${KILLS} times at random moments loses at most the last second`,
    async () => {
      const next = random(Number(process.env['SEED'] ?? 1));
      const works = Object.entries(WORK);
      for (let round = 0; round < KILLS; round++) {
        const [name, work] = works[round % works.length]!;
        const { page, kill } = killable!;
        await work.begin(page);
        await new Promise((resolve) =>
          setTimeout(resolve, SHORTEST_MS + next() * (LONGEST_MS - SHORTEST_MS)),
        );
        const counted = await work.counted(page);
        await kill();
        const after = await open();
        const found = await work.found(after.page);
        await after.page.getByRole('link', { name: 'Studio', exact: true }).click();
        expect(found, `${name}, round ${round}: ${counted} s were counted`).toBeGreaterThan(
          counted - LOST_SECONDS,
        );
      }
    },
    KILLS * 120_000 + 60_000,
  );
});

/** Of the newest take in the page's database. */
function newestSeconds(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('understudy');
      request.onsuccess = () => resolve(request.result);
    });
    const rows = await new Promise<{ createdAt: number; source: { seconds: number } }[]>((resolve) => {
      const request = db.transaction('takes').objectStore('takes').getAll();
      request.onsuccess = () => resolve(request.result as never);
    });
    db.close();
    return rows.reduce((a, b) => (b.createdAt > a.createdAt ? b : a)).source.seconds;
  });
}

/** Of the draft in the page's database. */
function storedSeconds(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('understudy');
      request.onsuccess = () => resolve(request.result);
    });
    const [row] = await new Promise<{ source: { samples: number; sampleRateHz: number } }[]>((resolve) => {
      const request = db.transaction('drafts').objectStore('drafts').getAll();
      request.onsuccess = () => resolve(request.result as never);
    });
    db.close();
    return row!.source.samples / row!.source.sampleRateHz;
  });
}
