import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../../scripts/build.mjs';
import { openApp, type Opened } from './support';

let app: Opened;

beforeAll(async () => {
  app = await openApp();
});

afterAll(() => app.close());

it('the page links to the licences of everything that is bundled', async () => {
  const [licences] = await Promise.all([
    app.context.waitForEvent('page'),
    app.page.getByRole('link', { name: 'Third-party licences' }).click(),
  ]);
  await licences.waitForLoadState();
  const text = await licences.locator('body').innerText();
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), 'svelte']) expect(text).toContain(`\n${name} `);
  // Compiled into the two encoders.
  expect(text).toContain('FFmpeg');
  expect(text).toContain('LAME');
});
