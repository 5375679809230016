import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { voiceId24 } from '../../src/watermark';
import type {} from '../../src/harness/harness';
import { openApp, type Opened } from './support';

interface Leak {
  way: string;
  /** Base64 of what left. */
  bytes: string;
  name: string;
}

declare global {
  interface Window {
    leaks: Leak[];
    pending: Promise<unknown>[];
  }
}

/** Records everything that leaves the page, by any route. Runs before the app. */
function watch(): void {
  window.leaks = [];
  window.pending = [];
  const note = (way: string, what: unknown, name = '') => {
    const blob = what instanceof Blob ? what : new Blob([String(what)]);
    const read = blob.arrayBuffer().then((buffer) => {
      let text = '';
      for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
      window.leaks.push({ way, name: what instanceof File ? what.name : name, bytes: btoa(text) });
    });
    window.pending.push(read);
  };
  const createObjectURL = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (object: Blob | MediaSource) => {
    // Workers made of text are code of the app, not files.
    if (object instanceof Blob && !object.type.includes('javascript')) note('address', object);
    return createObjectURL(object);
  };
  Object.defineProperties(navigator, {
    canShare: { value: () => true },
    share: {
      value: async ({ files }: { files: File[] }) => files.forEach((file) => note('share', file)),
    },
    sendBeacon: { value: (_: string, body: unknown) => note('beacon', body) },
  });
  Object.assign(navigator.clipboard, {
    write: async (items: ClipboardItem[]) => {
      for (const item of items)
        for (const type of item.types) note('clipboard', await item.getType(type), type);
    },
  });
  Object.assign(window, {
    showSaveFilePicker: () => note('save picker', ''),
  });
  const fetch = window.fetch.bind(window);
  window.fetch = (input: RequestInfo | URL, init?: RequestInit) => {
    if (init?.body) note('upload', init.body);
    return fetch(input, init);
  };
  for (const event of ['copy', 'cut', 'dragstart'] as const) {
    window.addEventListener(event, (happening) => {
      const data = happening instanceof DragEvent ? happening.dataTransfer : happening.clipboardData;
      for (const file of data?.files ?? []) note(event, file);
      for (const type of data?.types ?? []) if (type !== 'Files') note(event, data!.getData(type), type);
    });
  }
}

/** Downloads or shares in one format, and waits for the file. A download is added to `leaks`. */
async function press(page: Page, format: string, button: 'download' | 'share'): Promise<void> {
  await page.getByTestId('format').selectOption(format);
  if (button === 'share') {
    const before = await page.evaluate(() => window.leaks.length);
    await page.getByTestId('share').click();
    await expect
      .poll(() => page.evaluate(() => window.leaks.length), { timeout: 30_000 })
      .toBeGreaterThan(before);
    await page.getByTestId('convert').waitFor();
    return;
  }
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('download').click()]);
  const bytes = (await readFile(await file.path())).toString('base64');
  await page.evaluate((leak) => window.leaks.push(leak), {
    way: 'download',
    name: file.suggestedFilename(),
    bytes,
  });
}

describe('whatever leaves the app', () => {
  let app: Opened;

  beforeAll(async () => {
    app = await openApp({
      initScript: watch,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
  });

  afterAll(() => app.close());

  it('carries the mark: downloads, shares, the clipboard, drags, and nothing is uploaded', async () => {
    const { page } = app;
    await page.getByTestId('backend').waitFor({ timeout: 60_000 });
    await page.getByTestId('try-sample').click();
    await page.getByTestId('open-take').waitFor();
    await page.getByTestId('voice-joe').click();
    await page.getByTestId('convert').click();
    await page.getByTestId('output-track').waitFor({ timeout: 60_000 });
    const formats = await page
      .getByTestId('format')
      .locator('option')
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    expect(formats).toEqual(['wav', 'mp3', 'm4a', 'opus']);
    for (const format of formats) await press(page, format, 'download');
    await page.getByTestId('disclaimer').selectOption('en');
    await press(page, 'mp3', 'download');
    await press(page, 'wav', 'share');

    // Everything selected and copied; every picture and button of the take dragged.
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+C');
    await page.keyboard.press('Control+X');
    for (const target of await page.locator('section canvas, section button, .waveform').all()) {
      await target.dispatchEvent('dragstart', {
        dataTransfer: await page.evaluateHandle(() => new DataTransfer()),
      });
    }
    await page.evaluate(() => Promise.all(window.pending));
    const leaks = await page.evaluate(() => window.leaks);

    const ways = leaks.map(({ way }) => way);
    expect(ways.filter((way) => way === 'download')).toHaveLength(5);
    expect(ways).toContain('share');
    expect(ways.filter((way) => way === 'upload' || way === 'beacon' || way === 'save picker')).toEqual([]);

    const sounds = [];
    for (const { way, name, bytes } of leaks) {
      const buffer = Buffer.from(bytes, 'base64');
      const kind = /^(RIFF|ID3|OggS|.{4}ftyp|\xff[\xe2-\xff])/s.test(buffer.toString('latin1', 0, 12));
      if (!kind) {
        // Words that were copied: too few bytes for a second of any speech.
        expect(buffer.length, `${way} ${name}`).toBeLessThan(20_000);
        continue;
      }
      sounds.push({ way, name, buffer });
    }
    // Each download was an address of bytes first.
    expect(sounds.length).toBeGreaterThanOrEqual(5 + 5 + 1);
    const { page: checker, close } = await openApp({ harness: true, path: '?harness' });
    await checker.waitForFunction(() => window.understudy !== undefined);
    const checked = new Set<string>();
    for (const { way, name, buffer } of sounds) {
      const base64 = buffer.toString('base64');
      // A download is an address of the same bytes first.
      if (checked.has(base64)) continue;
      checked.add(base64);
      const found = await checker.evaluate(async (text) => {
        const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
        const input = URL.createObjectURL(new Blob([bytes]));
        return window.understudy!.detect({ input, name: 'leak' });
      }, base64);
      expect(found, `${way} ${name}`).toMatchObject({
        present: 'yes',
        payloadOk: true,
        payload: { id24: voiceId24('joe') },
      });
    }
    await close();
    // Five downloads, and a file that was shared.
    expect(checked.size).toBe(6);
  });
});
