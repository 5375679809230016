import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import UPNG from 'upng-js';
import { launchChromium } from './browser.mjs';
import { DIST, ensureBuilt, ROOT } from './build.mjs';
import { command } from './output.mjs';
import { shootKiosk } from './screenshots/kiosk.mjs';
import { serve } from './serve.mjs';

const OUT = join(ROOT, 'docs/screenshots');
const KIOSK_OUT = join(ROOT, 'docs/screens');
/** Of WebP, 0..1. */
const QUALITY = 0.8;
const SPEECH = join(ROOT, 'tests/fixtures/audio/speech.wav');
const LOADED = { timeout: 60_000 };
/** Time until the meters and the delay of a live session are steady. */
const LIVE_MS = 6_000;

// Takes the README's screenshots of the built app, or with `kiosk` those of the kiosk at four sizes, into KIOSK_OUT. The fake microphone
// plays SPEECH.
await command(async () => {
  await ensureBuilt();
  await mkdir(OUT, { recursive: true });
  const server = await serve({ root: DIST });
  const browser = await launchChromium({
    args: [
      '--hide-scrollbars',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${SPEECH}`,
    ],
  });
  try {
    if (process.argv[2] === 'kiosk') {
      await mkdir(KIOSK_OUT, { recursive: true });
      const page = await browser.newPage();
      await shootKiosk(browser, server.url, async (name, png) =>
        writeFile(join(KIOSK_OUT, `${name}.webp`), await asWebp(page, png)),
      );
      return;
    }
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: 'light',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const shoot = async (/** @type {string} */ name) => {
      await page.mouse.move(0, 0);
      await page.evaluate(() => window.scrollTo({ top: 0, behavior: 'instant' }));
      await writeFile(join(OUT, `${name}.png`), withPalette(await page.screenshot()));
    };

    await page.goto(`${server.url}#/studio`);
    await page.getByTestId('backend').waitFor(LOADED);
    await page.getByTestId('try-sample').click();
    await page.getByTestId('voice-kathleen').click();
    await page.getByTestId('convert').click();
    await page.getByTestId('output-track').waitFor(LOADED);
    const [marked] = await Promise.all([
      page.waitForEvent('download', LOADED),
      page.getByTestId('download').click(),
    ]);
    await shoot('studio');

    await page.goto(`${server.url}#/detect`);
    await page.getByTestId('detect-input').setInputFiles({
      name: marked.suggestedFilename(),
      mimeType: 'audio/wav',
      buffer: await readFile(await marked.path()),
    });
    await page.getByTestId('detect-answer').waitFor(LOADED);
    await shoot('detect');

    await page.goto(`${server.url}#/live`);
    await page.getByTestId('live-ready').waitFor(LOADED);
    await page.getByTestId('live-toggle').click();
    await page.locator('[data-testid=live-toggle][data-phase=live]').waitFor(LOADED);
    await page.waitForTimeout(LIVE_MS);
    await shoot('live');
  } finally {
    await browser.close();
    await server.close();
  }
});

/**
 * Reduces a picture to 256 colours, which at least halves its size.
 *
 * @param {Uint8Array} png
 */
function withPalette(png) {
  const image = UPNG.decode(new Uint8Array(png).buffer);
  return new Uint8Array(UPNG.encode(UPNG.toRGBA8(image), image.width, image.height, 256));
}

/**
 * @param {import('playwright-core').Page} page an empty one, whose browser encodes
 * @param {Uint8Array} png
 */
async function asWebp(page, png) {
  const encoded = await page.evaluate(
    async ([base64, quality]) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    /** @type {const} */ ([Buffer.from(png).toString('base64'), QUALITY]),
  );
  return Uint8Array.from(encoded);
}
