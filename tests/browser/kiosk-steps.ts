import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { formatExhibit, type Exhibit } from '../../src/files/exhibit';
import { openApp, type Opened, type OpenOptions } from './support';

export const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));
export const LOADED = { timeout: 120_000 };

declare global {
  interface Window {
    /** Object URLs that were made and not revoked. */
    objectUrls: Set<string>;
    /** Whether any AudioContext was opened. */
    contexts: number;
  }
}

/** Counts what a visit makes. */
function watch(): void {
  window.objectUrls = new Set();
  window.contexts = 0;
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (object) => {
    const url = createObjectURL.call(URL, object);
    window.objectUrls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    window.objectUrls.delete(url);
    revokeObjectURL.call(URL, url);
  };
  window.AudioContext = new Proxy(AudioContext, {
    construct(target, args, newTarget) {
      window.contexts++;
      return Reflect.construct(target, args, newTarget) as AudioContext;
    },
  });
}

/** Answers the request for the exhibit beside the app, and no other. */
export function withExhibit(exhibit: Exhibit): NonNullable<OpenOptions['intercept']> {
  const file = formatExhibit(exhibit);
  return (request, response) => {
    if (request.url !== '/exhibit.json') return false;
    response.setHeader('Content-Type', 'application/json');
    response.end(file);
    return true;
  };
}

/** The kiosk with a microphone that plays speech. */
export function openAppAtKiosk(options: OpenOptions = {}): Promise<Opened> {
  return openApp({ path: '#/kiosk', fakeMicWav: SPEECH, initScript: watch, ...options });
}

export async function prepared(page: Page): Promise<void> {
  await page.locator('[data-testid=kiosk][data-prepared=true]').waitFor(LOADED);
}

export const on = (page: Page, id: string): Locator => page.getByTestId(`kiosk-${id}`);

/** Waits until so many seconds were spoken, as the screen says. */
export async function spoken(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction(
    (least) => Number(/(\d+) of 15/.exec(document.body.textContent ?? '')?.[1] ?? 0) >= least,
    seconds,
    LOADED,
  );
}

/** Holds the button and speaks; `meanwhile` before it is released. */
export async function speak(page: Page, seconds = 3, meanwhile?: () => Promise<unknown>): Promise<void> {
  await page.locator('[data-testid=kiosk-record]:enabled').waitFor(LOADED);
  await on(page, 'record').hover();
  await page.mouse.down();
  await spoken(page, seconds);
  await meanwhile?.();
  await page.mouse.up();
}
