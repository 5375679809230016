import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProfile } from '../browser.mjs';
import { DIST, ensureBuilt } from '../build.mjs';
import { serve } from '../serve.mjs';

const PATIENCE = { timeout: 120_000 };

/** @typedef {Awaited<ReturnType<typeof serve>>} Server */

/**
 * @typedef {{
 *   context: import('playwright-core').BrowserContext,
 *   first: Visit,
 *   second: Visit,
 * }} Visits `context`: the profile that they were made in
 *
 * @typedef {{ seconds: number, mb: number }} Visit from navigation to the converted sample; megabytes sent meanwhile
 */

/** The first and the second visit of today's build. */
export async function measureFirstVisit() {
  await ensureBuilt();
  const server = await serveWithoutEar(DIST);
  try {
    return await inNewProfile(server, async ({ first, second }) => ({ first, second }));
  } finally {
    await server.close();
  }
}

/**
 * Serves a build without the ear: it is fetched after the first sound, so it is not part of what is measured.
 *
 * @param {string} root
 */
export function serveWithoutEar(root) {
  return serve({
    root,
    intercept(request, response) {
      if (!/\/ear[^/]*\.onnx$/.test(request.url ?? '')) return false;
      response.statusCode = 404;
      response.end();
      return true;
    },
  });
}

/**
 * Makes two visits in a new profile, the second once the first has kept what it keeps, and then runs `task`.
 *
 * @template T
 * @param {Server} server
 * @param {(visits: Visits) => Promise<T>} task
 * @returns {Promise<T>}
 */
export async function inNewProfile(server, task) {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-profile-'));
  const context = await openProfile(folder);
  try {
    const first = await visit(context, server);
    const second = await visit(context, server);
    return await task({ context, first, second });
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {Server} server
 * @returns {Promise<Visit>}
 */
async function visit(context, server) {
  const before = server.bytesSent();
  const page = await context.newPage();
  const startedMs = performance.now();
  await page.goto(server.url, { waitUntil: 'commit' });
  await page.getByTestId('try-sample').click(PATIENCE);
  await page.getByTestId('backend').waitFor(PATIENCE);
  await page.getByTestId('convert').click(PATIENCE);
  await page.getByTestId('output-track').waitFor(PATIENCE);
  const seconds = (performance.now() - startedMs) / 1000;
  const mb = (server.bytesSent() - before) / 1e6;
  // Builds before version 0.1 keep nothing.
  if (await page.getByTestId('offline').count())
    await page.locator('[data-testid=offline][data-stage=kept]').waitFor(PATIENCE);
  await page.close();
  return { seconds, mb };
}
