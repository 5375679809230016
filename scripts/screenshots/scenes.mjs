/** @import { Browser, Page } from 'playwright-core' */

const LOADED = { timeout: 120_000 };

/** What the browser of the scenes is started with, besides a microphone. */
export const SCENE_ARGS = ['--hide-scrollbars'];

const DESK = { width: 1280, height: 800 };

/**
 * Screens that are the same whenever and wherever they are shown, but for fonts: no clock, no measured figure that takes more than a
 * word, no motion.
 *
 * @type {readonly {
 *   name: string,
 *   hash: string,
 *   viewport: { width: number, height: number },
 *   colorScheme: 'light' | 'dark',
 *   prepare: (page: Page) => Promise<unknown>,
 * }[]}
 */
export const SCENES = [
  {
    name: 'studio-1280x800',
    hash: '#/studio',
    viewport: DESK,
    colorScheme: 'light',
    prepare: async (page) => {
      await page.getByTestId('backend').waitFor(LOADED);
      await page.getByTestId('try-sample').click();
      await page.getByTestId('voice-kathleen').click();
      await page.getByTestId('convert').click();
      await page.getByTestId('output-track').locator('.waveform canvas').first().waitFor(LOADED);
    },
  },
  {
    name: 'studio-empty-390x844-dark',
    hash: '#/studio',
    viewport: { width: 390, height: 844 },
    colorScheme: 'dark',
    prepare: (page) => page.getByTestId('voice-kathleen').waitFor(LOADED),
  },
  {
    name: 'live-1280x800',
    hash: '#/live',
    viewport: DESK,
    colorScheme: 'light',
    prepare: (page) => page.getByTestId('live-ready').waitFor(LOADED),
  },
  {
    name: 'voices-1280x800-dark',
    hash: '#/voices',
    viewport: DESK,
    colorScheme: 'dark',
    prepare: (page) => page.getByText('Kathleen').first().waitFor(LOADED),
  },
  {
    name: 'detect-1280x800',
    hash: '#/detect',
    viewport: DESK,
    colorScheme: 'light',
    prepare: (page) => page.getByTestId('listen').waitFor(LOADED),
  },
  {
    name: '1-attract-1080x1920',
    hash: '#/kiosk',
    viewport: { width: 1080, height: 1920 },
    colorScheme: 'light',
    prepare: (page) => page.getByTestId('kiosk-begin').waitFor(LOADED),
  },
];

/**
 * @param {Browser} browser
 * @param {string} url of the app
 * @param {(typeof SCENES)[number]} scene
 * @param {string} [style] CSS that is added to the page
 * @returns {Promise<Uint8Array>} a PNG of the scene
 */
export async function shootScene(browser, url, { hash, viewport, colorScheme, prepare }, style) {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-US',
    deviceScaleFactor: 1,
    serviceWorkers: 'block',
  });
  try {
    const page = await context.newPage();
    await page.goto(url + hash);
    await prepare(page);
    await page.mouse.move(0, 0);
    await page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      window.scrollTo({ top: 0, behavior: 'instant' });
    });
    return await page.screenshot({ animations: 'disabled', ...(style && { style }) });
  } finally {
    await context.close();
  }
}
