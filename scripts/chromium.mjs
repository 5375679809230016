import { installAsRoot, isExecutable } from './browsers/programs.mjs';

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

/** Common arguments: run as root, no background requests, no first-run pages. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // The small /dev/shm of containers would crash a tab that has loaded the networks.
  '--disable-dev-shm-usage',
];

/**
 * Finds a full Chromium (the headless shell has no microphone); installs one with apt-get where possible.
 *
 * @returns {Promise<string>} its path
 */
export async function findChromium() {
  const requested = process.env.CHROME_PATH;
  if (requested) {
    if (isExecutable(requested)) return requested;
    throw new Error(
      `CHROME_PATH is ${requested}, which is not a program. Set it to a Chromium or Chrome, or unset it.`,
    );
  }
  const found =
    PLACES.find(isExecutable) ?? ((await installAsRoot('chromium')) ? PLACES.find(isExecutable) : undefined);
  if (found) return found;
  throw new Error(
    'No Chromium was found. Install Chromium or Google Chrome, or set CHROME_PATH to the program.',
  );
}
