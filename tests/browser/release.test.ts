import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { DIST, ensureBuilt } from '../../scripts/build.mjs';
import type {} from '../../src/harness/harness';
import { openApp, type Opened } from './support';

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

it.each(['?harness', '?harness#/live', '?harness=1&x#/studio'])(
  'the release has no harness at %s',
  async (path) => {
    app = await openApp({ path });
    const { page } = app;
    await page.getByTestId('theme').waitFor();
    await page.getByRole('heading', { level: 1 }).or(page.getByTestId('record')).first().waitFor();
    expect(await page.evaluate(() => window.understudy)).toBeUndefined();
    expect(await page.getByText('A script controls this tab').count()).toBe(0);
  },
);

it('no file of the release contains it', async () => {
  app = await openApp();
  const assets = join(DIST, 'assets');
  const scripts = (await readdir(assets)).filter((name) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(5);
  for (const name of scripts) {
    expect(name).not.toMatch(/harness/);
    const text = await readFile(join(assets, name), 'utf8');
    expect(text, name).not.toMatch(/window\.understudy|A script controls this tab|method:\s*[`"']PUT/);
  }
});

it('no script of the release imports the entry of a worker, which WebKit would evaluate a second time', async () => {
  await ensureBuilt();
  const assets = join(DIST, 'assets');
  const scripts = (await readdir(assets)).filter((name) => name.endsWith('.js'));
  const workers = (await readdir('workers')).map((name) => name.replace('.ts', ''));
  const entries = scripts.filter((name) =>
    workers.some((each) => new RegExp(`^${each}-.{8}\\.js$`).test(name)),
  );
  expect(entries).toHaveLength(workers.length);
  for (const name of scripts) {
    const text = await readFile(join(assets, name), 'utf8');
    const imported = Array.from(
      text.matchAll(/(?:from|import)\s*\(?\s*["'`]\.\/([^"'`]+)/g),
      ([, file]) => file,
    );
    expect(
      imported.filter((file) => entries.includes(file!)),
      name,
    ).toEqual([]);
    if (entries.includes(name)) expect(text.trim(), name).toMatch(/^import\s*["'`][^"'`]+["'`];?$/);
  }
});

it(
  'its policies stand in no way of converting, exporting in every format, and detecting',
  { timeout: 240_000 },
  async () => {
    app = await openApp();
    const { page } = app;
    const refused: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy|Permissions-Policy/i.test(message.text())) refused.push(message.text());
    });
    const response = await page.reload();
    expect(response!.headers()).toMatchObject({
      'content-encoding': 'br',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/'wasm-unsafe-eval'/) as string,
    });
    await page.getByTestId('backend').waitFor({ timeout: 60_000 });
    await page.getByTestId('try-sample').click();
    await page.getByTestId('open-take').waitFor();
    await page.getByTestId('convert').click();
    await page.getByTestId('output-track').waitFor({ timeout: 60_000 });
    let wav = '';
    for (const format of ['mp3', 'm4a', 'opus', 'wav']) {
      await page.getByTestId('format').selectOption(format);
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('download').click()]);
      wav = await file.path();
    }
    // The C2PA toolkit could sign.
    expect(await page.getByTestId('warning').count()).toBe(0);
    await page.getByRole('link', { name: 'Detect' }).first().click();
    await page
      .getByTestId('detect-input')
      .setInputFiles({ name: 'a.wav', mimeType: 'audio/wav', buffer: await readFile(wav) });
    await page.getByTestId('not-proof').waitFor({ timeout: 60_000 });
    expect(await page.getByTestId('not-proof').textContent()).toMatch(
      /Anyone who has this program can put the mark on/,
    );
    await page.locator('[data-testid=credentials-state][data-state=intact]').waitFor();
    expect(refused).toEqual([]);
  },
);
