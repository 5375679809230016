import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { DIST } from '../../scripts/build.mjs';
import { serve } from '../../scripts/serve.mjs';
import { sha256Hex } from '../../src/provenance';
import { openAt, type Opened, type OpenOptions } from './support';

export const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));
const KEPT = { timeout: 120_000 };

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

export interface Host {
  /** Of the app. */
  url: string;
  /** No connection is accepted any more. */
  stop(): Promise<void>;
}

type Answer = (path: string) => Buffer | string | null | undefined;

/** Our own server; `answer` replaces files, or with null takes them away. `port`: to be the same host again. */
export async function ownHost(answer: Answer = () => undefined, port = 0): Promise<Host> {
  const { url, close } = await serve({
    root: DIST,
    port,
    intercept(request, response) {
      const found = answer(new URL(request.url!, 'http://localhost').pathname.slice(1));
      if (found === undefined) return false;
      if (found === null) response.statusCode = 404;
      response.setHeader('Content-Type', TYPES[extname(request.url!)] ?? 'application/octet-stream');
      response.end(found ?? 'gone');
      return true;
    },
  });
  return { url, stop: close };
}

/** A host of files under `/a/b/` that sends nothing but their type. */
export async function plainHost(answer: Answer = () => undefined): Promise<Host> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const path = pathname.replace(/^\/a\/b\//, '') || 'index.html';
    const replaced = answer(path);
    try {
      if (replaced === null || path.startsWith('/')) throw new Error('gone');
      const content = replaced ?? readFileSync(join(DIST, path));
      response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
      response.end(content);
    } catch {
      response.statusCode = 404;
      response.end('none');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/a/b/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Opens the app as it keeps itself. */
export function openFrom(host: Host, options: OpenOptions = {}): Promise<Opened> {
  return openAt(host.url, options.path ?? '', { fakeMicWav: SPEECH, keepsItself: true, ...options }, () =>
    host.stop(),
  );
}

/** Waits until the page says that it works without a network. */
export async function kept(page: Page): Promise<void> {
  await page.locator('[data-testid=offline][data-stage=kept][data-networks=true]').waitFor(KEPT);
}

export const versionOf = (page: Page) => page.getByTestId('offline').getAttribute('data-version');

/** Goes to a page of the app and loads it anew. */
export async function reloadAt(page: Page, url: string, hash: string): Promise<void> {
  await page.goto(`${url}${hash}`);
  await page.reload();
}

/** Answers as a host that has a later version, with another icon. */
export function nextVersion(): Answer {
  const icon = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  const before = readFileSync(join(DIST, 'icon.svg'));
  const worker = readFileSync(join(DIST, 'service-worker.js'), 'utf8');
  const next = worker.replace(sha256Hex(before), sha256Hex(Buffer.from(icon)));
  expect(next).not.toBe(worker);
  return (path) => (path === 'icon.svg' ? icon : path === 'service-worker.js' ? next : undefined);
}

/** Asks the host for a later version now, as the app does by itself from time to time. */
export async function checkForUpdate(page: Page): Promise<void> {
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())!.update());
}

/** The service worker forgets what it knows of the cache when it is started again. */
export async function stopWorker(context: BrowserContext, page: Page): Promise<void> {
  const tools = await context.newCDPSession(page);
  await tools.send('ServiceWorker.enable');
  await tools.send('ServiceWorker.stopAllWorkers');
  await tools.detach();
}

/** Files with a hash in their name would be found there, too. */
export async function clearBrowserCache(context: BrowserContext, page: Page): Promise<void> {
  const tools = await context.newCDPSession(page);
  await tools.send('Network.clearBrowserCache');
  await tools.detach();
}

/** Deletes the kept files whose address fits, or with `content` replaces what is in them. */
export async function damage(page: Page, pattern: string, content?: string): Promise<number> {
  return page.evaluate(
    async ([wanted, text]) => {
      const cache = await caches.open('understudy-shell');
      const keys = (await cache.keys()).filter(({ url }) => new RegExp(wanted).test(url));
      for (const key of keys) {
        if (text === undefined) await cache.delete(key);
        else await cache.put(key, new Response(text));
      }
      return keys.length;
    },
    [pattern, content] as const,
  );
}

/** Starts to convert live and waits until the converted voice is heard. */
export async function goLive(page: Page): Promise<void> {
  await page.getByTestId('live-ready').waitFor({ timeout: 60_000 });
  await page.getByTestId('live-toggle').click();
  await page.locator('[data-testid=live-toggle][data-phase=live]').waitFor({ timeout: 30_000 });
  const meter = page.getByRole('meter').last();
  await expect
    .poll(async () => Number(await meter.getAttribute('aria-valuenow')), { timeout: 20_000 })
    .toBeGreaterThan(-40);
}

/** Converts the sample of the studio, which is shown. */
export async function convertSample(page: Page): Promise<void> {
  await page.getByTestId('backend').waitFor({ timeout: 60_000 });
  await page.getByTestId('try-sample').click();
  await page.getByTestId('open-take').waitFor();
  await page.getByTestId('convert').click();
  await page.getByTestId('output-track').waitFor({ timeout: 60_000 });
}
