const SIZES = [
  { width: 1080, height: 1920 },
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
  { width: 768, height: 1024 },
];
const LOADED = { timeout: 180_000 };
const SPOKEN_MS = 4_000;

/**
 * Goes through a visit of the kiosk at each size, and passes on a picture of each screen.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {(name: string, png: Uint8Array) => Promise<void>} keep
 */
export async function shootKiosk(browser, url, keep) {
  for (const viewport of SIZES) {
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const shoot = async (/** @type {string} */ name) =>
      keep(`${name}-${viewport.width}x${viewport.height}`, await page.screenshot());
    await page.goto(`${url}#/kiosk`);
    const button = (/** @type {string} */ id) => page.getByTestId(`kiosk-${id}`);
    await button('begin').waitFor(LOADED);
    await shoot('1-attract');
    await button('begin').click();
    await button('voice-roosevelt').waitFor();
    await shoot('2-voices');
    await button('about-roosevelt').click();
    await button('about-back').waitFor();
    await shoot('3-about');
    await button('about-back').click();
    await button('voice-roosevelt').click();
    await page.locator('[data-testid=kiosk-record]:enabled').waitFor(LOADED);
    await page.waitForTimeout(SPOKEN_MS / 4);
    await shoot('4-speak');
    await button('record').hover();
    await page.mouse.down();
    await page.waitForTimeout(SPOKEN_MS);
    await shoot('5-speaking');
    await page.mouse.up();
    await button('converting').waitFor();
    await shoot('6-converting');
    await page.locator('[data-testid=kiosk-listen][data-complete=true]').waitFor(LOADED);
    await shoot('7-listen');
    await button('finish').click();
    await page.locator('[data-testid=kiosk-mark][data-found]').waitFor(LOADED);
    await shoot('8-mark');
    await button('seen').click();
    await button('goodbye').waitFor();
    await shoot('9-goodbye');
    await context.close();
  }
}
