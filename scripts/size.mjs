import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { launchChromium } from './browser.mjs';
import { DIST, ensureBuilt } from './build.mjs';
import { serve } from './serve.mjs';

const MAX_KB = 120;
/** The engine begins with its worker (workers/conversion.ts). */
const ENGINE = /\/assets\/conversion-[^/]+\.js$/;

const LOCALES = ['en-GB', 'de-DE', 'nl-NL', 'fr-FR', 'es-ES'];

/** Prints the scripts that a first visit to the studio fetches before the engine, and fails where they are more than MAX_KB with gzip in any language. */
await ensureBuilt();
const server = await serve({ root: DIST });
const browser = await launchChromium();
try {
  for (const locale of LOCALES) {
    const names = await scriptsBeforeEngine(locale);
    const sizes = await Promise.all(
      names.map(async (name) => gzipSync(await readFile(join(DIST, name))).length / 1000),
    );
    const total = sizes.reduce((sum, kb) => sum + kb, 0);
    if (locale === LOCALES[0])
      for (const [i, name] of names.entries()) console.log(`${sizes[i]?.toFixed(1).padStart(7)} kB  ${name}`);
    console.log(
      `${total.toFixed(1).padStart(7)} kB of scripts with gzip before the engine in ${locale}; ${MAX_KB} at most`,
    );
    if (total > MAX_KB) process.exitCode = 1;
  }
} finally {
  await browser.close();
  await server.close();
}

/** @param {string} locale of the browser */
async function scriptsBeforeEngine(locale) {
  const context = await browser.newContext({ serviceWorkers: 'block', locale });
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
  await context.close();
  const names = before.map((url) => new URL(url).pathname.slice(1)).filter((name) => /\.m?js$/.test(name));
  return [...new Set(names)];
}

/** @param {() => boolean} isTrue */
async function waitFor(isTrue) {
  const untilMs = performance.now() + 30_000;
  while (!isTrue()) {
    if (performance.now() > untilMs) throw new Error('The studio did not start the engine.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
