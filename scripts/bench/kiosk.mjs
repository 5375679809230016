import { join } from 'node:path';
import { launchChromium } from '../browser.mjs';
import { DIST, ensureBuilt, ROOT } from '../build.mjs';
import { serve } from '../serve.mjs';

/** Seconds of speech before the button is released. */
const SPOKEN_SECONDS = 5;
const RUNS = 3;
const VOICE = 'joe';
/** Of full scale; the converted voice is louder by its first vowel. */
const AUDIBLE = 0.003;
const LOADED = { timeout: 120_000 };

/** @typedef {Window & { releasedMs: number, audibleMs: number }} Clocked */

/**
 * Seconds from the end of a sentence of 5 s to the other voice: in the kiosk from the release of the button to the first sound, in the
 * studio from the press of Convert to the conversion that can be played, both with the ear. The fastest of three each.
 */
export async function measureKiosk() {
  await ensureBuilt();
  const server = await serve({ root: DIST });
  const browser = await launchChromium({
    args: [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${join(ROOT, 'tests/fixtures/audio/speech.wav')}`,
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
  try {
    const context = await browser.newContext();
    const kiosk = await context.newPage();
    await kiosk.addInitScript(clockSound, AUDIBLE);
    await kiosk.goto(`${server.url}#/kiosk`);
    await kiosk.locator('[data-testid=kiosk][data-prepared=true]').waitFor(LOADED);
    let kioskSeconds = Infinity;
    for (let run = 0; run < RUNS; run++) kioskSeconds = Math.min(kioskSeconds, await visit(kiosk));
    await kiosk.close();
    const studio = await context.newPage();
    await studio.goto(`${server.url}#/studio`);
    await studio.getByTestId('backend').waitFor(LOADED);
    await studio.getByTestId(`voice-${VOICE}`).check();
    let studioSeconds = Infinity;
    for (let run = 0; run < RUNS; run++) studioSeconds = Math.min(studioSeconds, await take(studio));
    return { kioskSeconds, studioSeconds };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Runs in the page: notes when a pointer is released, and when the speakers are first given sound after it.
 *
 * @param {number} audible
 */
function clockSound(audible) {
  const page = /** @type {Clocked} */ (/** @type {unknown} */ (window));
  addEventListener(
    'pointerup',
    () => {
      page.releasedMs = performance.now();
      page.audibleMs = 0;
    },
    true,
  );
  const connect = /** @type {(this: AudioNode, ...args: unknown[]) => AudioNode} */ (
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
    AudioNode.prototype.connect
  );
  /** @type {Set<AnalyserNode>} */
  const analysers = new Set();
  AudioNode.prototype.connect = /** @type {any} */ (
    /** @this {AudioNode} */ function (/** @type {unknown[]} */ ...args) {
      if (args[0] instanceof AudioDestinationNode) {
        const analyser = new AnalyserNode(this.context, { fftSize: 512 });
        connect.call(this, analyser);
        analysers.add(analyser);
      }
      return connect.apply(this, args);
    }
  );
  const samples = new Float32Array(512);
  setInterval(() => {
    if (page.audibleMs) return;
    for (const analyser of analysers) {
      if (analyser.context.state === 'closed') analysers.delete(analyser);
      else analyser.getFloatTimeDomainData(samples);
      if (samples.some((x) => Math.abs(x) > audible)) page.audibleMs = performance.now();
      samples.fill(0);
    }
  }, 5);
}

/** @param {import('playwright-core').Page} page */
async function visit(page) {
  const on = (/** @type {string} */ id) => page.getByTestId(`kiosk-${id}`);
  await on('begin').click();
  await on(`voice-${VOICE}`).click();
  await page.locator('[data-testid=kiosk-record]:enabled').waitFor(LOADED);
  await on('record').hover();
  await page.mouse.down();
  await page.waitForFunction(
    (least) => Number(/(\d+) of 15/.exec(document.body.textContent ?? '')?.[1] ?? 0) >= least,
    SPOKEN_SECONDS,
    LOADED,
  );
  await page.mouse.up();
  await page.waitForFunction(() => /** @type {any} */ (window).audibleMs > 0, undefined, LOADED);
  const seconds = await page.evaluate(() => {
    const { audibleMs, releasedMs } = /** @type {any} */ (window);
    return (audibleMs - releasedMs) / 1000;
  });
  await page.locator('[data-testid=kiosk-listen][data-complete=true]').waitFor(LOADED);
  await on('end').click();
  await on('attract').waitFor();
  return seconds;
}

/** @param {import('playwright-core').Page} page */
async function take(page) {
  await page.getByTestId('record').click();
  await page.waitForFunction(
    (least) => {
      const clock = document.querySelector('[data-testid=record-clock]')?.textContent ?? '';
      return Number(/^0:(\d\d)/.exec(clock)?.[1]) >= least;
    },
    SPOKEN_SECONDS,
    LOADED,
  );
  await page.getByTestId('stop').click();
  await page.locator('[data-testid=convert]:enabled').waitFor(LOADED);
  const startedMs = performance.now();
  await page.getByTestId('convert').click();
  await page.getByTestId('output-track').waitFor(LOADED);
  return (performance.now() - startedMs) / 1000;
}
