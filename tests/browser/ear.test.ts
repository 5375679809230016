import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { DIST } from '../../scripts/build.mjs';
import { firstFilesOf, parsePublishedManifest } from '../../src/files/manifest';
import { openApp, type Opened } from './support';

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function openSample(page: Page): Promise<void> {
  await page.getByTestId('backend').waitFor({ timeout: 60_000 });
  await page.getByTestId('try-sample').click();
  await page.getByTestId('open-take').waitFor();
}

/** Converts, and returns what heard the take. */
async function convert(page: Page): Promise<string | null> {
  await page.getByTestId('convert').click();
  await page.getByTestId('convert').waitFor({ timeout: 200_000 });
  return page.getByTestId('result-facts').getAttribute('data-ear');
}

it('better listening arrives after the first conversion, and the second one uses it', async () => {
  const asked: string[] = [];
  app = await openApp();
  const { page } = app;
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await openSample(page);
  const ear = page.getByTestId('ear');
  await expect.poll(() => ear.getAttribute('data-stage')).toBe('absent');
  expect(asked.filter((path) => path.endsWith('/ear.onnx'))).toEqual([]);
  expect(await convert(page)).toBe('small');
  await expect.poll(() => ear.getAttribute('data-stage'), { timeout: 60_000 }).toBe('ready');
  await expect
    .poll(() => page.getByTestId('result-facts').textContent())
    .toMatch(/convert again for clearer words/);
  expect(await convert(page)).toBe('ear');
  expect(asked.filter((path) => path.endsWith('/ear.onnx'))).toHaveLength(1);

  await page.getByTestId('convert').click();
  await page.getByTestId('cancel').click();
  await page.getByTestId('convert').waitFor({ timeout: 30_000 });
  expect(await page.getByTestId('error').count()).toBe(0);

  await page.getByTestId('ear-on').uncheck();
  expect(await convert(page)).toBe('small');
  await page.getByTestId('ear-delete').click();
  await expect.poll(() => ear.getAttribute('data-stage')).toBe('absent');
}, 400_000);

it('a copy of the app without the ear converts as before', async () => {
  const manifest = parsePublishedManifest(
    JSON.parse(readFileSync(join(DIST, 'models/manifest.json'), 'utf8')),
  );
  const files = firstFilesOf(manifest);
  app = await openApp({
    intercept(request, response) {
      if (request.url !== '/models/manifest.json') return false;
      response.end(JSON.stringify({ ...manifest, files }));
      return true;
    },
  });
  const { page } = app;
  await openSample(page);
  expect(await convert(page)).toBe('small');
  expect(await page.getByTestId('ear').count()).toBe(0);
});
