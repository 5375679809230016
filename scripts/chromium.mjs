import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** What a browser is started with everywhere here: runs as root, asks nothing of the network, no first-run pages. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A small /dev/shm, as containers have it, must not kill a tab that holds networks.
  '--disable-dev-shm-usage',
];

/**
 * A full Chromium (the headless shell has no microphone), installed with apt-get where that is possible.
 *
 * @returns {string} its path
 */
export function findChromium() {
  const asked = process.env.CHROME_PATH;
  if (asked) {
    if (isExecutable(asked)) return asked;
    throw new Error(
      `CHROME_PATH is ${asked}, which is not a program. Set it to a Chromium or Chrome, or unset it.`,
    );
  }
  const found = PLACES.find(isExecutable) ?? (installWithApt() ? PLACES.find(isExecutable) : undefined);
  if (found) return found;
  throw new Error(
    'No Chromium was found. Install Chromium or Google Chrome, or set CHROME_PATH to the program.',
  );
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installWithApt() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.error('Installing chromium with apt-get ...');
  // Output goes to stderr: stdout belongs to the results of whoever needs a browser.
  const run = (/** @type {string[]} */ ...args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const install = () => run('install', '-y', '--no-install-recommends', 'chromium');
  return install() || (run('update') && install());
}
