import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const APP = 'http://127.0.0.1:8350/';
const DEBUGGER = 'http://127.0.0.1:9333';
const START_TRIES = 60;
/** Chromium has opened a tab, a window or a dialog by then, had a key done so. */
const KEY_MS = 800;
/** Set by check.sh, to be able to look inside. */
const OVERRULED = ['DeveloperToolsAvailability', 'RemoteDebuggingAllowed', 'URLAllowlist'];
/** What a visitor could press, by the keycodes of a PC keyboard: with the keys of a whole keyboard each does something in Chromium. */
const CONTROL = 37;
const SHIFT = 50;
const ALT = 64;
const KEYS = {
  'Ctrl+O': [CONTROL, 32],
  'Ctrl+T': [CONTROL, 28],
  'Ctrl+N': [CONTROL, 57],
  'Ctrl+H': [CONTROL, 43],
  'Ctrl++': [CONTROL, 21],
  'Ctrl+Shift+Delete': [CONTROL, SHIFT, 119],
  'Alt+F': [ALT, 41],
  F1: [67],
  'Shift+Escape': [SHIFT, 9],
  HomePage: [180],
  'Ctrl+W': [CONTROL, 25],
  'Alt+F4': [ALT, 70],
};

const [folder = '.'] = process.argv.slice(2);

/**
 * @param {string} what
 * @param {() => Promise<string | undefined>} check what went wrong, or undefined
 */
async function step(what, check) {
  const wrong = await check().catch(String);
  console.log(wrong === undefined ? `ok      ${what}` : `FAILED  ${what}: ${wrong.split('\n', 1)[0]}`);
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 */
function differs(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  return a === b ? undefined : `${a} instead of ${b}`;
}

async function connect() {
  for (let i = 0; ; i++) {
    try {
      return await chromium.connectOverCDP(DEBUGGER);
    } catch (error) {
      if (i === START_TRIES) throw error;
      await sleep(1000);
    }
  }
}

/** @param {string[]} args */
const xdotool = (...args) => promisify(execFile)('xdotool', args);
const requests = () => readFile(join(folder, 'requests.log'), 'utf8');

const browser = await connect();
const context = browser.contexts()[0];
// Chromium 156 lists pages of its own beside the tab.
const page = context?.pages().find((open) => open.url().startsWith(APP));
if (!context || !page) throw new Error('No page is open.');
const session = await context.newCDPSession(page);

// Before Playwright evaluates anything, which counts as a touch of the page.
await step('sound may play before anybody has touched the screen', async () => {
  const expression = `(async () => {
    const sound = new AudioContext();
    await new Promise((done) => setTimeout(done, 1000));
    return navigator.userActivation.hasBeenActive + ' ' + sound.state;
  })()`;
  const { result } = await session.send('Runtime.evaluate', { expression, awaitPromise: true });
  return differs(result.value, 'false running');
});
await step('the attract screen shows the exhibit of the stick', async () => {
  await page.getByTestId('kiosk-begin').waitFor({ timeout: 120_000 });
  return differs(await page.getByRole('heading', { level: 1 }).textContent(), 'An exhibit from the stick');
});
await writeFile(join(folder, 'kiosk.png'), await page.screenshot());
await step('the window covers the screen but for a pixel', async () => {
  const { x, y, right, below } = await page.evaluate(() => ({
    x: screenX,
    y: screenY,
    right: screen.width - innerWidth,
    below: screen.height - innerHeight,
  }));
  return differs([x, y, right <= 1, below <= 1], [0, 0, true, true]);
});
await step('the page is cross-origin isolated and a secure context', async () =>
  differs(await page.evaluate(() => [crossOriginIsolated, isSecureContext]), [true, true]),
);
await step('the page may use the microphone without a prompt, and no camera', async () =>
  differs(
    await page.evaluate(async () => {
      const permissions = [];
      for (const name of /** @type {PermissionName[]} */ (['microphone', 'camera']))
        permissions.push((await navigator.permissions.query({ name })).state);
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const live = stream.getAudioTracks().map((track) => track.readyState);
      for (const track of stream.getTracks()) track.stop();
      return [permissions, live];
    }),
    [['granted', 'denied'], ['live']],
  ),
);
await step('voices for reading aloud are there', async () => {
  const count = await page.evaluate(
    () =>
      new Promise((done) => {
        const look = () => speechSynthesis.getVoices().length && done(speechSynthesis.getVoices().length);
        speechSynthesis.onvoiceschanged = look;
        setTimeout(() => done(0), 10_000);
        look();
      }),
  );
  return count ? undefined : 'none';
});

const view = () =>
  page.evaluate(() => [visualViewport?.scale, devicePixelRatio, location.href, history.length, scrollX]);
const before = await view();
await step('two fingers do not zoom', async () => {
  await session.send('Input.synthesizePinchGesture', {
    x: 540,
    y: 900,
    scaleFactor: 3,
    gestureSourceType: 'touch',
  });
  return differs(await view(), before);
});
await step('a swipe does not lead back', async () => {
  await page.evaluate(() => history.pushState(null, '', '#/kiosk'));
  const pushed = await view();
  for (const xDistance of [900, -900])
    await session.send('Input.synthesizeScrollGesture', {
      x: xDistance > 0 ? 60 : 1020,
      y: 900,
      xDistance,
      gestureSourceType: 'touch',
    });
  await sleep(1000);
  return differs(await view(), pushed);
});
for (const [name, codes] of Object.entries(KEYS))
  await step(`${name} does nothing`, async () => {
    const state = async () => [
      context.pages().map((open) => open.url()),
      (await windows()).length,
      await view(),
    ];
    const expected = await state();
    await xdotool('key', codes.join('+'));
    await sleep(KEY_MS);
    return differs(await state(), expected);
  });

async function windows() {
  const { stdout } = await xdotool('search', '--onlyvisible', '--class', 'chromium');
  return stdout.trim().split('\n');
}

await step('a whole start asked for addresses of this machine only', async () => {
  const names = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  return names.find((name) => !name.startsWith(APP) && !/^(blob|data):/.test(name));
});
await step('Enter begins a visit', async () => {
  await page.getByTestId('kiosk-begin').focus();
  await xdotool('key', 'Return');
  await page.locator('[data-testid=kiosk][data-screen=voices]').waitFor({ timeout: 30_000 });
  return (await requests()).includes('exhibit.json') ? undefined : 'exhibit.json was not asked for';
});

for (const address of [
  'https://example.com/',
  'file:///etc/passwd',
  'chrome://settings/',
  'chrome://history/',
])
  await step(`${address} is blocked`, async () => {
    const other = await context.newPage();
    const error = await other.goto(address).then(() => 'opened', String);
    await other.close();
    return error.includes('ERR_BLOCKED_BY_ADMINISTRATOR') ? undefined : error;
  });
await step('every policy of the file is in force, and no other', async () => {
  const other = await context.newPage();
  await other.goto('chrome://policy/');
  const rows = other.locator('policy-row');
  await rows.first().waitFor();
  const shown = await rows.evaluateAll((all) =>
    all.flatMap((row) => {
      const text = (/** @type {string} */ selector) =>
        row.shadowRoot?.querySelector(selector)?.textContent?.trim() ?? '';
      const name = text('.name');
      return text('.value') ? [{ name, level: text('.level'), messages: text('.messages') }] : [];
    }),
  );
  const file = JSON.parse(await readFile('/etc/chromium/policies/managed/understudy.json', 'utf8'));
  const expected = Object.keys(file).map((name) => ({ name, level: 'Mandatory', messages: 'OK' }));
  const wrong = (/** @type {typeof shown} */ rows) =>
    rows
      .filter(({ name }) => !OVERRULED.includes(name))
      .map((row) => JSON.stringify(row))
      .sort();
  await writeFile(join(folder, 'policies.json'), JSON.stringify(shown, undefined, 2));
  return differs(wrong(shown), wrong(expected));
});
process.exit();
