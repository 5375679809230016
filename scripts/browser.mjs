import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from './chromium.mjs';

/**
 * Starts the Chromium of this machine.
 *
 * @param {{ args?: string[], webgpu?: boolean }} [options] `webgpu`: enables WebGPU, emulated in software without a GPU.
 */
export async function launchChromium({ args = [], webgpu = false } = {}) {
  return chromium.launch({
    executablePath: await findChromium(),
    // The new headless mode is the full browser, with media devices and codecs that the old headless shell lacks.
    args: ['--headless=new', ...CHROMIUM_ARGS, ...(webgpu ? ['--enable-unsafe-webgpu'] : []), ...args],
    headless: false,
  });
}
