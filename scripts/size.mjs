import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { launchChromium } from './browser.mjs';
import { DIST, ensureBuilt } from './build.mjs';
import { serve } from './serve.mjs';

const MAX_KB = 120;
/** The engine begins with its worker (workers/conversion.ts). */
const ENGINE = /\/assets\/conversion-[^/]+\.js$/;

/** Prints the scripts that a first visit to the studio fetches before the engine, and fails where they are more than MAX_KB with gzip. */
await ensureBuilt();
const server = await serve({ root: DIST });
const browser = await launchChromium();
try {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(server.url);
  await page.getByTestId('record').waitFor();
  await waitFor(() => asked.some((url) => ENGINE.test(url)));
  const before = asked.slice(
    0,
    asked.findIndex((url) => ENGINE.test(url)),
  );
  const names = before.map((url) => new URL(url).pathname.slice(1)).filter((name) => /\.m?js$/.test(name));
  let total = 0;
  for (const name of new Set(names)) {
    const kb = gzipSync(await readFile(join(DIST, name))).length / 1000;
    total += kb;
    console.log(`${kb.toFixed(1).padStart(7)} kB  ${name}`);
  }
  console.log(`${total.toFixed(1).padStart(7)} kB of scripts with gzip before the engine; ${MAX_KB} at most`);
  if (total > MAX_KB) process.exitCode = 1;
} finally {
  await browser.close();
  await server.close();
}

/** @param {() => boolean} isTrue */
async function waitFor(isTrue) {
  const untilMs = performance.now() + 30_000;
  while (!isTrue()) {
    if (performance.now() > untilMs) throw new Error('The studio did not start the engine.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
