import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from './chromium.mjs';

/**
 * Starts the Chromium of this machine.
 *
 * @param {{ args?: string[], webgpu?: boolean }} [options] `webgpu`: where there is no GPU, one made of software.
 */
export async function launchChromium({ args = [], webgpu = false } = {}) {
  return chromium.launch({
    executablePath: await findChromium(),
    // The new headless mode is the whole browser: it has media devices and codecs, which the old shell has not.
    args: ['--headless=new', ...CHROMIUM_ARGS, ...(webgpu ? ['--enable-unsafe-webgpu'] : []), ...args],
    headless: false,
  });
}
