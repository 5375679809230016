import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/browser.mjs';
import { DIST, ensureBuilt, HARNESS_DIST, PSEUDO_DIST } from '../../scripts/build.mjs';
import { serve } from '../../scripts/serve.mjs';

export interface OpenOptions {
  /** Appended to the address, for example `#/detect`. */
  path?: string;
  /** Opens the build for scripts instead of the release; its page is driven with `?harness` in `path`. */
  harness?: boolean;
  /** Opens the build with the made-up language, which is shown with `?pseudo` in `path`. */
  pseudo?: boolean;
  /** WAV that the fake microphone plays in a loop; a beep by default. */
  fakeMicWav?: string;
  /** `granted` (default) or `denied`, both without a prompt, or `missing`: no device. */
  microphone?: 'granted' | 'denied' | 'missing';
  /** Further permissions of the page, named as in Playwright. */
  permissions?: string[];
  /** Further arguments for Chromium. */
  args?: string[];
  /** Returns true if it has answered the request itself. */
  intercept?: Parameters<typeof serve>[0]['intercept'];
  /** Runs in the page before any other script. */
  initScript?: () => void;
  /** Lets the app keep itself for use without a network, which takes time and requests of its own; off by default. */
  keepsItself?: boolean;
}

export interface Opened {
  browser: Browser;
  context: BrowserContext;
  page: Page;
  /** Address of the page without `path`. */
  url: string;
  close(): Promise<void>;
}

/** Opens the built app in a fresh Chromium, built first when it is stale. Close it when done. */
export async function openApp(options: OpenOptions = {}): Promise<Opened> {
  const { harness = false, pseudo = false } = options;
  await ensureBuilt({ harness, pseudo });
  const server = await serve({
    root: harness ? HARNESS_DIST : pseudo ? PSEUDO_DIST : DIST,
    ...(options.intercept && { intercept: options.intercept }),
  });
  return openAt(server.url, options.path ?? '', options, () => server.close());
}

declare global {
  /** On the page of `openModules`: imports a module by its path in the repository, `/src/...`. */
  function loadModule(path: string): Promise<unknown>;
  interface Window {
    /** Where there is a `fakeMicWav`. */
    newestAudioContext?: WeakRef<AudioContext>;
  }
}

/**
 * Opens an isolated page that can import the modules themselves, for tests of one module in a real browser:
 * `page.evaluate(async () => ((await loadModule('/src/audio/decode.ts')) as typeof import(...)).decode(...))`.
 */
export async function openModules(options: Omit<OpenOptions, 'path' | 'intercept'> = {}): Promise<Opened> {
  const server: ViteDevServer = await createServer({
    logLevel: 'error',
    server: { port: 0, hmr: false, ws: false },
  });
  await server.listen();
  const url = server.resolvedUrls!.local[0]!;
  const opened = await openAt(url, 'tests/browser/modules.html', options, () => server.close());
  await opened.page.evaluate(() => loadModule('/tests/texts.setup.ts'));
  return opened;
}

/** Opens an address in a fresh Chromium; `closeServer` is called when it is closed. */
export async function openAt(
  url: string,
  path: string,
  options: OpenOptions,
  closeServer: () => Promise<void>,
): Promise<Opened> {
  const browser = await launchChromium({ args: [...mediaArgs(options), ...(options.args ?? [])] });
  const context = await browser.newContext({
    permissions: options.permissions ?? [],
    serviceWorkers: options.keepsItself ? 'allow' : 'block',
  });
  const page = await context.newPage();
  if (options.fakeMicWav) await page.addInitScript(watchAudioContexts);
  if (options.initScript) await page.addInitScript(options.initScript);
  await page.goto(url + path);
  return {
    browser,
    context,
    page,
    url,
    async close() {
      await browser.close();
      await closeServer();
    },
  };
}

/** Leaves out the headers of a response for which `isOut` is true. */
export function withoutHeaders(response: ServerResponse, isOut: (name: string) => boolean): void {
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) => (isOut(name) ? response : setHeader(name, value));
}

/** How a page is opened without AudioWorklet, and without the policy that forbids the text which the polyfill evaluates. */
export const POLYFILLED = {
  intercept(request, response) {
    withoutHeaders(response, (name) => name === 'Content-Security-Policy');
    if (request.url !== '/') return false;
    const html = readFileSync(join(DIST, 'index.html'), 'utf8');
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
    return true;
  },
  // An arrow function: Playwright does not run the text of a method.
  initScript: () => {
    Reflect.deleteProperty(window, 'AudioWorkletNode');
    Reflect.deleteProperty(BaseAudioContext.prototype, 'audioWorklet');
  },
} satisfies OpenOptions;

function watchAudioContexts(): void {
  // Not a subclass, whose prototype has no methods of its own to wrap; and weakly, so that nothing is kept from being freed.
  window.AudioContext = new Proxy(AudioContext, {
    construct(target, args, newTarget) {
      const context = Reflect.construct(target, args, newTarget) as AudioContext;
      window.newestAudioContext = new WeakRef(context);
      return context;
    },
  });
}

/** Waits for `seconds` of the audio clock of the page, which a busy machine delays as it delays recording and playback. */
export async function audioSeconds(page: Page, seconds: number): Promise<void> {
  const clock = await page.waitForFunction(() => {
    const context = window.newestAudioContext?.deref();
    return context?.state === 'running' ? { seconds: context.currentTime } : null;
  });
  const { seconds: from } = (await clock.jsonValue())!;
  await page.waitForFunction(
    (until) => window.newestAudioContext!.deref()!.currentTime >= until,
    from + seconds,
    {
      timeout: 60_000,
    },
  );
}

/** Waits until the studio's clock shows so many seconds of recording. */
export async function recordedSeconds(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction(
    (least) => {
      const clock = document.querySelector('[data-testid=record-clock]')?.textContent ?? '';
      return Number(/^0:(\d\d)/.exec(clock)?.[1]) >= least;
    },
    seconds,
    { timeout: 60_000 },
  );
}

function mediaArgs({ microphone = 'granted', fakeMicWav }: OpenOptions): string[] {
  if (microphone === 'denied') {
    return ['--use-fake-ui-for-media-stream=deny', '--use-fake-device-for-media-stream'];
  }
  if (microphone === 'missing') return ['--use-fake-ui-for-media-stream'];
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    ...(fakeMicWav ? [`--use-file-for-fake-audio-capture=${fakeMicWav}`] : []),
  ];
}

/** In the header; resolves once the texts of the language are shown. */
export async function chooseLanguage(page: Page, locale: string): Promise<void> {
  await page.getByTestId('language').selectOption(locale);
  await page.locator(`html[lang=${locale}]`).waitFor();
}
