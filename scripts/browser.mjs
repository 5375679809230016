import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from './chromium.mjs';

/**
 * Starts the Chromium of this machine.
 *
 * @param {{ args?: string[], webgpu?: boolean }} [options] `webgpu`: enables WebGPU, emulated in software without a GPU.
 */
export async function launchChromium({ args = [], webgpu = false } = {}) {
  return chromium.launch(await launchOptions([...(webgpu ? ['--enable-unsafe-webgpu'] : []), ...args]));
}

/**
 * Starts the Chromium of this machine with a profile on disk, whose caches hold as those of a user do.
 *
 * @param {string} folder of the profile; an empty one makes it new
 */
export async function openProfile(folder) {
  return chromium.launchPersistentContext(folder, await launchOptions([]));
}

/** @param {string[]} args */
async function launchOptions(args) {
  return {
    executablePath: await findChromium(),
    // The new headless mode is the full browser, with media devices and codecs that the old headless shell lacks.
    args: ['--headless=new', ...CHROMIUM_ARGS, ...args],
    headless: false,
  };
}
