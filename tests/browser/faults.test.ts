import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openApp, recordedSeconds, type Opened } from './support';
import { makeWav, readWav, wavHeader } from './wav';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));
const PUBLISHED = fileURLToPath(new URL('../../models/published/', import.meta.url));
const tone = (length: number, of: (i: number) => number) => Float32Array.from({ length }, (_, i) => of(i));

function messages(page: Page, kind: 'error' | 'warning' = 'error'): Promise<string> {
  return page
    .getByTestId(kind)
    .allTextContents()
    .then((texts) => texts.join('\n'));
}

async function expectMessage(page: Page, kind: 'error' | 'warning', ...parts: RegExp[]): Promise<void> {
  await page.getByTestId(kind).first().waitFor({ timeout: 40_000 });
  const text = await messages(page, kind);
  for (const part of parts) expect(text).toMatch(part);
}

async function give(page: Page, name: string, content: Buffer | string): Promise<void> {
  const files = typeof content === 'string' ? content : { name, mimeType: 'audio/wav', buffer: content };
  await page.getByTestId('file-input').setInputFiles(files);
}

describe('unusable files', () => {
  let app: Opened;
  let folder: string;
  let speech: Float32Array;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-'));
    speech = readWav(await readFile(SPEECH));
    app = await openApp();
    await give(app.page, 'kept.wav', await readFile(SPEECH));
    await app.page.getByTestId('take-item').waitFor();
  });

  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  /** A refused file adds no take; the earlier one is still open. */
  async function expectOnlyTheKept(): Promise<void> {
    expect(await app.page.getByTestId('take-item').count()).toBe(1);
    await expect(app.page.getByTestId('open-take').textContent()).resolves.toBe('kept');
  }

  const refused: [string, () => Buffer, RegExp[]][] = [
    ['0 bytes', () => Buffer.alloc(0), [/empty/, /unchanged|Nothing was changed/, /Choose another/]],
    ['0 seconds', () => makeWav([]), [/0 seconds long/, /Nothing was changed/, /record again/]],
    [
      'text renamed .wav',
      () => Buffer.from('To whom it may concern: this is a letter.'),
      [/not a recording/, /Choose a WAV/],
    ],
    ['silence', () => makeWav(new Float32Array(32000)), [/silent/, /right microphone|another file/]],
    [
      'NaN samples',
      () =>
        makeWav(
          tone(16000, () => Number.NaN),
          { format: 'float32' },
        ),
      [/damaged/, /Export it again/],
    ],
  ];
  it.each(refused)('refuses %s and explains what to do', async (name, make, parts) => {
    await give(app.page, `${name}.wav`, make());
    await expectMessage(app.page, 'error', ...parts);
    await expectOnlyTheKept();
  });

  it('refuses three hours and says what to do', async () => {
    const path = join(folder, 'three hours.wav');
    const file = await open(path, 'w');
    const bytes = 3 * 3600 * 8000 * 2;
    await file.write(wavHeader(bytes, 8000, 1, 'pcm16'));
    // A sparse file: three hours of silence that take no disk space.
    await file.truncate(44 + bytes);
    await file.close();
    await give(app.page, 'three hours.wav', path);
    await expectMessage(app.page, 'error', /longer than 60 minutes/, /shorter parts/);
    await expectOnlyTheKept();
  });

  const opened: [string, () => Buffer, RegExp[]][] = [
    [
      '8 kHz',
      () =>
        makeWav(
          speech.filter((_, i) => i % 2 === 0),
          { sampleRateHz: 8000 },
        ),
      [/sample rate of only 8,000 Hz/, /telephone/],
    ],
    ['a square wave', () => makeWav(tone(48000, (i) => (i % 100 < 50 ? 1 : -1))), [/clipped/]],
    [
      'music',
      () =>
        makeWav(
          tone(96000, (i) =>
            [220, 277, 330, 440].reduce(
              (sum, hz) => sum + 0.15 * Math.sin((2 * Math.PI * hz * i) / 16000),
              0,
            ),
          ),
        ),
      [/not sound like one person speaking/, /voice alone/],
    ],
    [
      'a few NaN samples',
      () =>
        makeWav(
          speech.map((x, i) => (i % 5000 === 7 ? Number.NaN : x)),
          { format: 'float32' },
        ),
      [/replaced with silence/],
    ],
  ];
  it.each(opened)('opens %s with a warning', async (name, make, parts) => {
    const before = await app.page.getByTestId('take-item').count();
    await give(app.page, `${name}.wav`, make());
    await expect.poll(() => app.page.getByTestId('take-item').count()).toBe(before + 1);
    await expectMessage(app.page, 'warning', ...parts);
  });

  it.each([
    ['192 kHz', { sampleRateHz: 192000 }],
    ['6 channels', { channels: 6 }],
    ['stereo', { channels: 2 }],
  ])('opens %s as it should be', async (name, shape) => {
    const before = await app.page.getByTestId('take-item').count();
    const factor = (shape as { sampleRateHz?: number }).sampleRateHz ? 12 : 1;
    const samples = tone(3 * 16000 * factor, (i) => speech[Math.floor(i / factor)]!);
    await give(app.page, `${name}.wav`, makeWav(samples, shape));
    await expect.poll(() => app.page.getByTestId('take-item').count()).toBe(before + 1);
    await expect(app.page.getByTestId('position').textContent()).resolves.toBe('0:00 / 0:03');
    expect(await messages(app.page)).toBe('');
  });

  it('opens the intact part of a truncated MP3 with a warning', async () => {
    const { page } = app;
    const whole = await readFile(fileURLToPath(new URL('../fixtures/audio/speech.mp3', import.meta.url)));
    const before = await page.getByTestId('take-item').count();
    await give(page, 'half.mp3', whole.subarray(0, Math.floor(whole.length / 2)));
    await expect.poll(() => page.getByTestId('take-item').count()).toBe(before + 1);
    await expectMessage(page, 'warning', /end of this file is missing/);
  });
});

describe('devices and networks that fail', () => {
  let app: Opened | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it('says what to do without a microphone', async () => {
    app = await openApp({ microphone: 'missing' });
    await app.page.getByTestId('record').click();
    await expectMessage(app.page, 'error', /No microphone was found/, /Plug one in/, /drop a recording/);
  });

  it('says what to do when the microphone is denied', async () => {
    app = await openApp({ microphone: 'denied' });
    await app.page.getByTestId('record').click();
    await expectMessage(app.page, 'error', /not allowed/, /Allow it/, /drop a recording/);
  });

  it('keeps what was recorded when the microphone is unplugged', async () => {
    app = await openApp({
      fakeMicWav: SPEECH,
      initScript: () => {
        const { mediaDevices } = navigator;
        const original = mediaDevices.getUserMedia.bind(mediaDevices);
        mediaDevices.getUserMedia = async (constraints) => {
          const stream = await original(constraints);
          Object.assign(window, {
            unplug: () => {
              const [track] = stream.getAudioTracks();
              track!.stop();
              track!.dispatchEvent(new Event('ended'));
            },
          });
          return stream;
        };
      },
    });
    const { page } = app;
    await page.getByTestId('record').click();
    await page.getByTestId('stop').waitFor();
    await recordedSeconds(page, 3);
    await page.evaluate('unplug()');
    await expectMessage(page, 'warning', /unplugged/, /saved in the studio/, /Plug it in/);
    await page.getByTestId('take-item').waitFor();
    await expect(page.getByTestId('position').textContent()).resolves.toMatch(/\/ 0:0[2-4]$/);
  });

  it('keeps a take open that does not fit on the device, and saves it later', async () => {
    app = await openApp({
      initScript: () => {
        const { value: put } = Object.getOwnPropertyDescriptor(IDBObjectStore.prototype, 'put') as {
          value: (this: IDBObjectStore, value: unknown, key?: IDBValidKey) => IDBRequest<IDBValidKey>;
        };
        Object.assign(window, { full: true });
        IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
          if (
            (window as unknown as { full: boolean }).full &&
            this.name === 'chunks' &&
            this.transaction.db.name === 'understudy'
          ) {
            throw new DOMException('The disk is full.', 'QuotaExceededError');
          }
          return put.call(this, value, key);
        };
      },
    });
    const { page } = app;
    await give(page, 'speech.wav', await readFile(SPEECH));
    await expectMessage(page, 'error', /no space left/, /stays open/, /Delete takes/);
    await page.getByTestId('open-take').waitFor();
    expect(await page.getByTestId('take-item').count()).toBe(0);
    await page.evaluate('full = false');
    await page.getByTestId('error').getByRole('button', { name: 'Save again' }).click();
    await page.getByTestId('take-item').waitFor();
  });

  it('refuses a network that differs from the published one, and loads the right one later', async () => {
    const damaged = await readFile(join(PUBLISHED, 'generator.onnx'));
    damaged[damaged.length >> 1]! ^= 1;
    let isBad = true;
    app = await openApp({
      intercept: (request, response) => {
        if (!isBad || !request.url?.endsWith('generator.onnx')) return false;
        response.end(damaged);
        return true;
      },
    });
    const { page } = app;
    await give(page, 'speech.wav', await readFile(SPEECH));
    await expectMessage(page, 'error', /generator\.onnx arrived damaged/, /recordings are safe/, /Try again/);
    isBad = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByTestId('backend').waitFor({ timeout: 60_000 });
    expect(await page.getByTestId('take-item').count()).toBe(1);
  });

  it('resumes a download that was cut off', async () => {
    const network = await readFile(join(PUBLISHED, 'content.onnx'));
    let cuts = 3;
    const ranges: string[] = [];
    app = await openApp({
      intercept: (request, response) => {
        if (!request.url?.endsWith('content.onnx')) return false;
        const { range } = request.headers;
        if (range) ranges.push(range);
        if (cuts-- <= 0) return false;
        const start = Number(/\d+/.exec(range ?? '0')![0]);
        response.statusCode = range ? 206 : 200;
        response.setHeader('Content-Length', network.length - start);
        if (range)
          response.setHeader('Content-Range', `bytes ${start}-${network.length - 1}/${network.length}`);
        response.write(network.subarray(start, start + 500_000), () =>
          setTimeout(() => response.destroy(), 200),
        );
        return true;
      },
    });
    const { page } = app;
    await expectMessage(
      page,
      'error',
      /content\.onnx was interrupted/,
      /What has arrived is kept/,
      /Check the connection/,
    );
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByTestId('backend').waitFor({ timeout: 60_000 });
    // Every attempt resumed where the previous one was cut off.
    const starts = ranges.map((range) => Number(/\d+/.exec(range)![0]));
    expect(starts.length).toBe(3);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts.at(-1)).toBeGreaterThan(100_000);
  });

  it('detects a killed worker, keeps the take, and converts after a restart', async () => {
    app = await openApp({
      initScript: () => {
        const workers: Worker[] = [];
        window.Worker = class extends Worker {
          constructor(url: string | URL, options?: WorkerOptions) {
            super(url, options);
            workers.push(this);
          }
        };
        Object.assign(window, {
          killWorkers: () => workers.splice(0).forEach((worker) => worker.terminate()),
        });
      },
    });
    const { page } = app;
    await page.getByTestId('backend').waitFor({ timeout: 60_000 });
    const speech = readWav(await readFile(SPEECH));
    const minutes = Float32Array.from({ length: 20 * speech.length }, (_, i) => speech[i % speech.length]!);
    await give(page, 'two minutes.wav', makeWav(minutes));
    await page.getByTestId('open-take').waitFor();
    await page.getByTestId('convert').click();
    await page.getByTestId('cancel').waitFor();
    await page.evaluate('killWorkers()');
    await expectMessage(page, 'error', /stopped/, /recording is safe/, /try again/);
    expect(await page.getByTestId('take-item').count()).toBe(1);
    await page.getByTestId('backend').waitFor();
    await give(page, 'speech.wav', await readFile(SPEECH));
    await expect.poll(() => page.getByTestId('open-take').textContent()).toBe('speech');
    await page.getByTestId('convert').click();
    await page.getByTestId('output-track').waitFor({ timeout: 60_000 });
    expect(await page.getByTestId('take-item').count()).toBe(2);
  });
});
