import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchChromium } from './browser.mjs';
import { ROOT } from './build.mjs';

/** What a system may cut off an icon that fills its square: everything outside of the middle 80 %. */
const SAFE = 0.62;
const BACKGROUND = '#1d1a24';
const FOLDER = join(ROOT, 'public/icons');

/** Draws public/icon.svg as the icons of the web manifest. Their PNGs are committed: `npm run icons` after a change of the icon. */
const svg = await readFile(join(ROOT, 'public/icon.svg'), 'utf8');
const browser = await launchChromium();
try {
  const page = await browser.newPage();
  await mkdir(FOLDER, { recursive: true });
  await draw('192.png', 192, 1);
  await draw('512.png', 512, 1);
  await draw('maskable.png', 512, SAFE);

  /**
   * @param {string} name
   * @param {number} size
   * @param {number} part of the square that the icon takes; below 1 the rest is its background
   */
  async function draw(name, size, part) {
    await page.setViewportSize({ width: size, height: size });
    const inner = Math.round(size * part);
    await page.setContent(
      `<body style="margin:0;display:grid;place-items:center;height:100vh;background:${part < 1 ? BACKGROUND : 'transparent'}">
      <div style="width:${inner}px;height:${inner}px">${svg}</div></body>`,
    );
    await writeFile(join(FOLDER, name), await page.screenshot({ omitBackground: true }));
  }
} finally {
  await browser.close();
}
