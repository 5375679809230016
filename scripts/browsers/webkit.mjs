import { readdirSync } from 'node:fs';
import { startDisplay } from './display.mjs';
import { findPrograms } from './programs.mjs';
import { freePort, runJobs } from './run.mjs';
import { startSound } from './sound.mjs';
import { openWebDriver } from './webdriver.mjs';

/** gstreamer1.0-libav decodes AAC and Opus. */
const PACKAGES = ['webkit2gtk-driver', 'gstreamer1.0-libav', 'xvfb', 'pulseaudio'];
const LIBRARIES = '/usr/lib';

/** Runs the jobs in MiniBrowser, the browser that comes with WebKitGTK. Rejects with MissingError. */
export async function runWebkit() {
  const {
    WebKitWebDriver: driver,
    Xvfb: xvfb,
    pulseaudio,
  } = await findPrograms(['WebKitWebDriver', 'Xvfb', 'pulseaudio'], PACKAGES);
  const { MiniBrowser: binary } = await findPrograms(['MiniBrowser'], PACKAGES, { search: webkitFolders() });
  const display = await startDisplay(xvfb);
  const sound = await startSound(pulseaudio);
  const env = { ...process.env, ...display.env, ...sound.env };
  const capabilities = { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } };
  try {
    return await runJobs({
      browser: 'WebKit',
      launch: async () => openWebDriver(driver, { capabilities, env, port: await freePort() }),
      hasSound: true,
    });
  } finally {
    await sound.close();
    display.close();
  }
}

/** /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1 and its like. */
function webkitFolders() {
  return readdirSync(LIBRARIES)
    .filter((name) => name.endsWith('-linux-gnu'))
    .flatMap((machine) =>
      readdirSync(`${LIBRARIES}/${machine}`)
        .filter((name) => /^webkit2?gtk-/.test(name))
        .map((name) => `${LIBRARIES}/${machine}/${name}`),
    );
}
