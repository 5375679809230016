import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { ISOLATION_HEADERS } from '../../scripts/headers.mjs';
import type {} from '../../src/harness/harness';
import { audioSeconds, openApp, POLYFILLED, withoutHeaders, type Opened } from './support';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));
const START = { voice: 'kathleen', profile: { medianF0Hz: 120, speechLevelDb: -23 }, seconds: 20 };

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function goLive(page: Page): Promise<void> {
  await page.getByTestId('live-ready').waitFor({ timeout: 60_000 });
  await page.getByTestId('live-toggle').click();
  await page.locator('[data-testid=live-toggle][data-phase=live]').waitFor({ timeout: 20_000 });
}

/** Waits until the meter shows the converted voice. */
async function waitForVoice(page: Page): Promise<void> {
  const meter = page.getByRole('meter', { name: 'Level of the converted voice' });
  await expect
    .poll(async () => Number(await meter.getAttribute('aria-valuenow')), { timeout: 15_000 })
    .toBeGreaterThan(-40);
}

/** Keeps weak references to everything the page creates: what survives a garbage collection has leaked. */
function watchResources(): void {
  const refs: WeakRef<object>[] = [];
  const keep = <T extends object>(thing: T): T => {
    refs.push(new WeakRef(thing));
    return thing;
  };
  for (const name of ['AudioContext', 'Worker', 'AudioWorkletNode'] as const) {
    const Original = window[name] as new (...args: unknown[]) => object;
    Object.assign(window, {
      [name]: new Proxy(Original, { construct: (target, args: unknown[]) => keep(new target(...args)) }),
    });
  }
  const { mediaDevices } = navigator;
  const original = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => keep(await original(constraints));
  Object.assign(window, { resources: refs });
}

describe('the live page', () => {
  it('converts, shows its delay, changes voices, saves takes, and frees everything', async () => {
    app = await openApp({ path: '#/live', fakeMicWav: SPEECH, initScript: watchResources });
    const { page } = app;
    await goLive(page);
    await waitForVoice(page);
    await expect.poll(() => page.getByTestId('delay-total').textContent()).toMatch(/^about \d+ ms/);
    expect(await page.getByTestId('given').textContent()).toMatch(/\d+ Hz.*does not change the voice/s);
    await page.getByTestId('live-record').click();
    await audioSeconds(page, 2.5);
    // A change of voice ends the first take and starts a second one, because the mark names the voice.
    await page.getByTestId('live-voice-joe').check({ force: true });
    await audioSeconds(page, 2);
    await waitForVoice(page);
    await page.keyboard.press('Tab');
    await page.getByTestId('live-toggle').click();
    await page.locator('[data-testid=live-toggle][data-phase=off]').waitFor();
    expect(await page.getByTestId('error').count()).toBe(0);

    await page.goto(`${app.url}#/studio`);
    await expect.poll(() => page.getByTestId('take-item').count()).toBe(2);
    await page.getByTestId('take-open').first().click();
    await page.getByTestId('output-track').waitFor();
    await expect(page.getByTestId('open-take').textContent()).resolves.toMatch(/^Live/);
    await expect(page.getByTestId('result-facts').textContent()).resolves.toMatch(/Converted live, on/);

    const cdp = await page.context().newCDPSession(page);
    const left = () =>
      page.evaluate(() =>
        (window as unknown as { resources: WeakRef<object>[] }).resources
          .map((ref) => ref.deref())
          .filter((thing) => thing !== undefined)
          // The studio has its own converter.
          .map((thing) => thing.constructor.name)
          .filter((name) => name !== 'Worker'),
      );
    await expect
      .poll(
        async () => {
          await cdp.send('HeapProfiler.collectGarbage');
          return left();
        },
        { timeout: 20_000 },
      )
      .toEqual([]);
  });

  it('plays the unconverted microphone only while the button is held', async () => {
    app = await openApp({ path: '#/live', fakeMicWav: SPEECH });
    const { page } = app;
    await goLive(page);
    const button = page.getByTestId('bypass');
    const isHeld = () => button.getAttribute('aria-pressed');
    await button.hover();
    await page.mouse.down();
    expect(await isHeld()).toBe('true');
    await page.mouse.up();
    expect(await isHeld()).toBe('false');
    await button.focus();
    await page.keyboard.down('Space');
    expect(await isHeld()).toBe('true');
    await page.keyboard.up('Space');
    expect(await isHeld()).toBe('false');
    // Losing the focus of the window releases it.
    await page.mouse.down();
    await page.evaluate(() => window.dispatchEvent(new Event('blur')));
    expect(await isHeld()).toBe('false');
  });

  it('calibrates', async () => {
    app = await openApp({ path: '#/live', fakeMicWav: SPEECH });
    const { page } = app;
    await goLive(page);
    await page.getByTestId('calibrate').click();
    await expect.poll(() => page.getByTestId('calibration').textContent()).toMatch(/Be quiet/);
    await expect
      .poll(() => page.getByTestId('calibration').textContent(), { timeout: 10_000 })
      .toMatch(/Now speak/);
    await expect
      .poll(() => page.getByTestId('calibration').textContent(), { timeout: 15_000 })
      .toMatch(/Your pitch is about \d+ Hz, your level −?-?\d+ dB, the room noise −?-?\d+ dB/);
  });

  it('measures the devices with a chirp', async () => {
    app = await openApp({
      path: '#/live',
      initScript: () => {
        // Simulates loudspeakers 60 ms from the microphone: the signal to the speakers comes back as the microphone's.
        const { value: connect } = Object.getOwnPropertyDescriptor(AudioNode.prototype, 'connect') as {
          value: (...args: unknown[]) => AudioNode | void;
        };
        const out = new Map<BaseAudioContext, MediaStreamAudioDestinationNode>();
        AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
          const { context } = this;
          if (args[0] === context.destination && context instanceof AudioContext)
            connect.call(this, loopbackOf(context));
          return connect.apply(this, args);
        } as typeof AudioNode.prototype.connect;
        const loopbackOf = (context: AudioContext): AudioNode => {
          const known = out.get(context);
          if (known) return known;
          const microphone = new MediaStreamAudioDestinationNode(context);
          out.set(context, microphone);
          return microphone;
        };
        // The page requests a microphone before it has a context; the loopback is connected when it creates the source.
        navigator.mediaDevices.getUserMedia = async () =>
          new MediaStreamAudioDestinationNode(new AudioContext()).stream;
        AudioContext.prototype.createMediaStreamSource = function () {
          const delay = new DelayNode(this, { delayTime: 0.06 });
          const back = new MediaStreamAudioSourceNode(this, {
            mediaStream: (loopbackOf(this) as MediaStreamAudioDestinationNode).stream,
          });
          connect.call(back, delay);
          return delay as unknown as MediaStreamAudioSourceNode;
        };
      },
    });
    const { page } = app;
    await page.getByTestId('loopback').click();
    const answer = page.getByTestId('loopback-answer');
    await expect.poll(() => answer.textContent(), { timeout: 10_000 }).toMatch(/alone take \d+ ms/);
    const ms = Number(/(\d+) ms/.exec((await answer.textContent())!)![1]);
    expect(ms).toBeGreaterThanOrEqual(60);
    expect(ms).toBeLessThan(250);
  });

  it('explains what to do without a microphone', async () => {
    app = await openApp({ path: '#/live', microphone: 'missing' });
    const { page } = app;
    await page.getByTestId('live-ready').waitFor({ timeout: 60_000 });
    await page.getByTestId('live-toggle').click();
    await page.getByTestId('error').waitFor({ timeout: 20_000 });
    await expect(page.getByTestId('error').textContent()).resolves.toMatch(
      /No microphone was found. Nothing is converted. Plug one in. Then start again/,
    );
    await page.locator('[data-testid=live-toggle][data-phase=off]').waitFor();
  });

  it.each([
    ['through ports if memory cannot be shared', false],
    ['through the polyfill without AudioWorklet', true],
  ])('carries sound %s', async (_, isPolyfilled) => {
    app = await openApp({
      path: '#/live',
      fakeMicWav: SPEECH,
      // Without these headers a page is not isolated, so it has no shared memory.
      intercept: (request, response) => {
        withoutHeaders(response, (name) => name in ISOLATION_HEADERS);
        return isPolyfilled && POLYFILLED.intercept(request, response);
      },
      ...(isPolyfilled && { initScript: POLYFILLED.initScript }),
    });
    const { page } = app;
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await goLive(page);
    await waitForVoice(page);
    const isNative = await page.evaluate(() => /native code/.test(String(AudioWorkletNode)));
    expect(isNative).toBe(!isPolyfilled);
  });
});

describe('a session', () => {
  it('recovers from a lost microphone and a lost worker', async () => {
    app = await openApp({
      harness: true,
      path: '?harness',
      fakeMicWav: SPEECH,
      args: ['--autoplay-policy=no-user-gesture-required'],
    });
    const { page } = app;
    await page.waitForFunction(() => window.understudy !== undefined);
    const seconds = await page.evaluate(
      async (start) => (await window.understudy!.live()).start(start),
      START,
    );
    expect(seconds).toBeLessThan(10);
    for (const kind of ['unplug', 'worker'] as const) {
      const back = await page.evaluate(
        async (each) => (await window.understudy!.live()).fault(each, 10),
        kind,
      );
      expect(back).not.toBeNull();
    }
    await page.evaluate(async () => (await window.understudy!.live()).stop());
    const { troubles } = await page.evaluate(async () => (await window.understudy!.live()).recorded());
    expect(troubles).toEqual(expect.arrayContaining(['microphone-lost', 'worker-lost']));
  });
});
