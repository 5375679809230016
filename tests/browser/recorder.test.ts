import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openApp, POLYFILLED, recordedSeconds, type Opened } from './support';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** Records in the studio; returns the position and length shown by the player. */
async function record(opened: Opened, seconds: number): Promise<string | null> {
  const { page } = opened;
  await page.getByTestId('record').click();
  await page.getByTestId('stop').waitFor();
  await recordedSeconds(page, seconds);
  await page.getByTestId('stop').click();
  await page.getByTestId('take-item').waitFor();
  return page.getByTestId('position').textContent();
}

describe('recording', () => {
  it('works through the polyfill without AudioWorklet', async () => {
    app = await openApp({ fakeMicWav: SPEECH, ...POLYFILLED });
    expect(await app.page.evaluate(() => 'audioWorklet' in AudioContext.prototype)).toBe(false);
    expect(await record(app, 3)).toMatch(/\/ 0:0[2-4]$/);
    // The polyfill is used, not a worklet of the browser.
    expect(await app.page.evaluate(() => /native code/.test(String(AudioWorkletNode)))).toBe(false);
  });

  it('requests the microphone without processing, and releases it', async () => {
    app = await openApp({
      fakeMicWav: SPEECH,
      initScript: () => {
        const { mediaDevices } = navigator;
        const original = mediaDevices.getUserMedia.bind(mediaDevices);
        const seen: unknown[] = [];
        mediaDevices.getUserMedia = async (constraints) => {
          const stream = await original(constraints);
          seen.push({ constraints, stream });
          return stream;
        };
        Object.assign(window, { seen });
      },
    });
    await record(app, 1);
    const [asked, state] = await app.page.evaluate(() => {
      const { seen } = window as unknown as {
        seen: { constraints: MediaStreamConstraints; stream: MediaStream }[];
      };
      const first = seen[0];
      return [first!.constraints.audio, first!.stream.getAudioTracks()[0]!.readyState] as const;
    });
    expect(asked).toEqual({ echoCancellation: false, noiseSuppression: false, autoGainControl: false });
    expect(state).toBe('ended');
  });

  it('stops automatically at ten minutes and saves the recording', async () => {
    app = await openApp({
      fakeMicWav: SPEECH,
      initScript: () => {
        // Ten minutes in two seconds: every batch of the worklet is delivered 300 times.
        const { port } = Object.getOwnPropertyDescriptors(AudioWorkletNode.prototype);
        Object.defineProperty(AudioWorkletNode.prototype, 'port', {
          get(this: AudioWorkletNode) {
            const real: MessagePort = port.get!.call(this);
            return {
              postMessage: (data: unknown) => {
                if (typeof data === 'string') real.postMessage(data);
              },
              set onmessage(handler: (event: { data: unknown }) => void) {
                real.onmessage = ({ data }) => {
                  const times = data instanceof Float32Array ? 300 : 1;
                  for (let i = 0; i < times; i++) handler({ data });
                };
              },
            };
          },
        });
      },
    });
    const { page } = app;
    await page.getByTestId('record').click();
    await page
      .getByTestId('warning')
      .filter({ hasText: 'ten minutes long at most' })
      .waitFor({ timeout: 30_000 });
    await page.getByTestId('take-item').waitFor({ timeout: 30_000 });
    expect(await page.getByTestId('position').textContent()).toBe('0:00 / 10:00');
  });
});
