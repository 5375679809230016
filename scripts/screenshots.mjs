import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchChromium } from './browser.mjs';
import { DIST, ensureBuilt, ROOT } from './build.mjs';
import { command } from './output.mjs';
import { shootKiosk } from './screenshots/kiosk.mjs';
import { asWebp } from './screenshots/pictures.mjs';
import { SCENE_ARGS, SCENES, shootScene } from './screenshots/scenes.mjs';
import { serve } from './serve.mjs';

const OUT = join(ROOT, 'docs/screens');
const SPEECH = join(ROOT, 'tests/fixtures/audio/speech.wav');

// Takes pictures of the built app into OUT: the scenes that tests/browser/screens.test.ts compares, or with `kiosk` every screen of a
// visit at four sizes. The fake microphone plays SPEECH.
await command(async () => {
  await ensureBuilt();
  await mkdir(OUT, { recursive: true });
  const server = await serve({ root: DIST });
  const browser = await launchChromium({
    args: [
      ...SCENE_ARGS,
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${SPEECH}`,
    ],
  });
  try {
    const empty = await browser.newPage();
    const keep = async (/** @type {string} */ name, /** @type {Uint8Array} */ png) =>
      writeFile(join(OUT, `${name}.webp`), await asWebp(empty, png));
    if (process.argv[2] === 'kiosk') await shootKiosk(browser, server.url, keep);
    else for (const scene of SCENES) await keep(scene.name, await shootScene(browser, server.url, scene));
  } finally {
    await browser.close();
    await server.close();
  }
});
