import { readdirSync } from 'node:fs';
import { startDisplay } from './display.mjs';
import { OFFLINE_JOBS } from './offline-jobs.mjs';
import { findPrograms } from './programs.mjs';
import { freePort, runJobs, sumOf } from './run.mjs';
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
    const launch = async () => openWebDriver(driver, { capabilities, env, port: await freePort() });
    const online = await runJobs({ browser: 'WebKit', launch, hasSound: true });
    const offline = await runJobs({
      browser: 'WebKit without a network',
      launch,
      hasSound: true,
      jobs: OFFLINE_JOBS,
    });
    return sumOf([online, offline]);
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
