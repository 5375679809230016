import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('./tab.mjs').Session} Session */

const START_MS = 15_000;
const ANSWER_MS = 150_000;

/** [path below the session], all of them by POST. @type {Record<import('./tab.mjs').Command, (id: string) => string>} */
const PATHS = {
  navigate: () => 'url',
  setTimeouts: () => 'timeouts',
  findElement: () => 'element',
  clickElement: (id) => `element/${id}/click`,
  typeInto: (id) => `element/${id}/value`,
  executeAsync: () => 'execute/async',
};

/**
 * Opens a session of a driver that speaks WebDriver over HTTP.
 *
 * @param {string} program takes `--port=`
 * @param {{ capabilities: object, env: NodeJS.ProcessEnv, port: number }} options
 * @returns {Promise<Session>}
 */
export async function openWebDriver(program, { capabilities, env, port }) {
  const driver = spawn(program, [`--port=${port}`], { env, stdio: 'ignore' });
  const stop = async () => {
    if (driver.exitCode !== null || driver.signalCode !== null) return;
    const ended = once(driver, 'exit');
    driver.kill();
    await ended;
  };
  const base = `http://127.0.0.1:${port}`;
  try {
    await answering(base, driver);
    const { sessionId } = /** @type {{ sessionId: string }} */ (
      await request('POST', `${base}/session`, { capabilities: { alwaysMatch: capabilities } })
    );
    const session = `${base}/session/${sessionId}`;
    return {
      send: (command, { id, ...parameters } = {}) =>
        request('POST', `${session}/${PATHS[command](String(id))}`, parameters),
      async close() {
        await request('DELETE', session).catch(() => undefined);
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {string} base
 * @param {import('node:child_process').ChildProcess} driver
 */
async function answering(base, driver) {
  const deadlineMs = performance.now() + START_MS;
  for (;;) {
    if (driver.exitCode !== null) throw new Error(`${driver.spawnfile} ended with ${driver.exitCode}.`);
    if (
      await fetch(`${base}/status`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    if (performance.now() > deadlineMs) throw new Error(`${driver.spawnfile} does not answer.`);
    await sleep(50);
  }
}

/**
 * @param {string} method
 * @param {string} url
 * @param {object} [body]
 * @returns {Promise<unknown>}
 */
async function request(method, url, body) {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(ANSWER_MS),
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  const { value } = /** @type {{ value: any }} */ (await response.json());
  if (!response.ok) throw new Error(value?.message || value?.error || `HTTP ${response.status}`);
  return value;
}
