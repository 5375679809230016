import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/build.mjs';
import { difference } from '../../scripts/screenshots/pictures.mjs';
import { SCENE_ARGS, SCENES, shootScene } from '../../scripts/screenshots/scenes.mjs';
import { openApp, type Opened } from './support';

/** What other figures and other smoothing of letters come to, and a missing panel does not. */
const TOLERATED = { mean: 4, share: 0.03 };
const MAX_BYTES = 100_000;

let app: Opened;
let empty: Page;

beforeAll(async () => {
  app = await openApp({ args: SCENE_ARGS });
  empty = await app.browser.newPage();
}, 600_000);

afterAll(() => app?.close());

const fileOf = (name: string) => join(ROOT, 'docs/screens', `${name}.webp`);

async function apartFrom(scene: (typeof SCENES)[number], style?: string) {
  return difference(
    empty,
    await readFile(fileOf(scene.name)),
    await shootScene(app.browser, app.url, scene, style),
  );
}

describe('the screens', () => {
  it.each(SCENES)(
    'are as docs/screens shows them, or `npm run screenshots` is to be run: $name',
    async (scene) => {
      expect((await stat(fileOf(scene.name))).size).toBeLessThan(MAX_BYTES);
      const { mean, share } = await apartFrom(scene);
      expect(mean).toBeLessThan(TOLERATED.mean);
      expect(share).toBeLessThan(TOLERATED.share);
    },
  );

  it('are found to be others where something is missing, moved or of another colour', async () => {
    const live = SCENES.find(({ name }) => name.startsWith('live'))!;
    for (const fault of [
      '.panel:first-child { visibility: hidden }',
      'main { margin-block-start: 3rem !important }',
      ':root { --surface: #dfe8ff }',
    ]) {
      const { mean, share } = await apartFrom(live, fault);
      expect(mean > TOLERATED.mean || share > TOLERATED.share, fault).toBe(true);
    }
  });
});
