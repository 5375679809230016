import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIST, ensureBuilt } from '../build.mjs';
import { serve } from '../serve.mjs';
import { JOBS, NO_SOUND } from './jobs.mjs';
import { MissingError } from './programs.mjs';
import { Tab } from './tab.mjs';

/** @typedef {import('./tab.mjs').Session} Session */

const SCRIPT_MS = 120_000;

/**
 * Runs the jobs in a browser, and prints one line for each: passed or failed, with what was found or the reason.
 *
 * @param {{
 *   browser: string,
 *   launch: () => Promise<Session>,
 *   hasSound: boolean,
 *   jobs?: import('./jobs.mjs').Job[],
 * }} options `launch`: opens the browser; called again after a job that failed, which may have ended it
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runJobs({ browser, launch, hasSound, jobs = JOBS }) {
  await ensureBuilt();
  const server = await serve({ root: DIST });
  const folder = await mkdtemp(join(tmpdir(), 'understudy-exports-'));
  const run = { url: server.url, folder, exports: new Map(), hasSound, stopServer: () => server.close() };
  const count = { passed: 0, failed: 0 };
  /** @type {Session | undefined} */
  let session;
  try {
    for (const job of jobs) {
      const startMs = performance.now();
      const print = (/** @type {string} */ result, /** @type {string} */ text) => {
        const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
        console.log(`${browser}: ${result}: ${job.name} (${seconds} s)${text && `: ${text}`}`);
      };
      try {
        session ??= await opened(launch);
        const tab = new Tab(session);
        const found = await job.run(tab, run);
        const error = await tab.text('error');
        if (error !== null && (hasSound || !NO_SOUND.test(error))) throw new Error(`The page says: ${error}`);
        // The next job starts without the notice.
        if (error !== null) await tab.open('about:blank');
        count.passed++;
        print('passed', (found ?? '').replace(/\s+/g, ' '));
      } catch (error) {
        count.failed++;
        print('FAILED', error instanceof Error ? error.message : String(error));
        await session?.close();
        session = undefined;
      }
    }
  } finally {
    await session?.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
  return count;
}

/** @param {{ passed: number, failed: number }[]} counts */
export function sumOf(counts) {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/**
 * Runs the jobs of one browser; one that is missing is printed as skipped.
 *
 * @param {string} browser
 * @param {() => Promise<{ passed: number, failed: number }>} run
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function runOrSkip(browser, run) {
  try {
    return { ...(await run()), skipped: 0 };
  } catch (error) {
    if (error instanceof MissingError) {
      console.log(`${browser}: skipped: ${error.message}`);
      return { passed: 0, failed: 0, skipped: 1 };
    }
    console.log(`${browser}: FAILED: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/**
 * As `runOrSkip`, as a program: its exit code is 1 if a job failed.
 *
 * @param {string} browser
 * @param {() => Promise<{ passed: number, failed: number }>} run
 */
export async function runAlone(browser, run) {
  const { passed, failed, skipped } = await runOrSkip(browser, run);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** A port on which nothing listens. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** @param {() => Promise<Session>} launch */
async function opened(launch) {
  const session = await launch();
  await session.send('setTimeouts', { script: SCRIPT_MS, pageLoad: SCRIPT_MS });
  return session;
}
