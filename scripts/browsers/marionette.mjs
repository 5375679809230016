import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('./tab.mjs').Session} Session */

const START_MS = 30_000;
const ANSWER_MS = 150_000;

/** @type {Record<import('./tab.mjs').Command, string>} */
const NAMES = {
  navigate: 'WebDriver:Navigate',
  setTimeouts: 'WebDriver:SetTimeouts',
  findElement: 'WebDriver:FindElement',
  clickElement: 'WebDriver:ElementClick',
  typeInto: 'WebDriver:ElementSendKeys',
  executeAsync: 'WebDriver:ExecuteAsyncScript',
};

/**
 * Opens a session of a Firefox started with `--marionette`: WebDriver's commands over TCP, as geckodriver sends them. A message is
 * its length in bytes, a colon and JSON: `[0, id, command, parameters]`, answered by `[1, id, error, result]`
 * (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html).
 *
 * @param {number} port
 * @returns {Promise<Session>}
 */
export async function openMarionette(port) {
  const socket = await connected(port);
  /** @type {Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  let received = Buffer.alloc(0);
  let lastId = 0;
  socket.on('data', (/** @type {Buffer} */ bytes) => {
    received = Buffer.concat([received, bytes]);
    for (let colon = received.indexOf(':'); colon > 0; colon = received.indexOf(':')) {
      const end = colon + 1 + Number(received.toString('latin1', 0, colon));
      if (received.length < end) return;
      const message = JSON.parse(received.toString('utf8', colon + 1, end));
      received = received.subarray(end);
      // The first message describes the server.
      if (!Array.isArray(message)) continue;
      const [, id, error, result] = message;
      const task = waiting.get(id);
      waiting.delete(id);
      if (error) task?.reject(new Error(error.message || error.error));
      else task?.resolve(result);
    }
  });
  socket.on('close', () => waiting.forEach(({ reject }) => reject(new Error('Firefox has ended.'))));
  socket.on('error', () => socket.destroy());

  /** @param {string} command @param {object} [parameters] @returns {Promise<unknown>} */
  function send(command, parameters = {}) {
    const id = ++lastId;
    const text = JSON.stringify([0, id, command, parameters]);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Firefox did not answer ${command}.`)), ANSWER_MS);
      const settle = (/** @type {() => void} */ then) => {
        clearTimeout(timer);
        then();
      };
      waiting.set(id, {
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error)),
      });
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  }

  await send('WebDriver:NewSession', { capabilities: { alwaysMatch: {} } });
  return {
    async send(command, parameters) {
      const result = /** @type {{ value?: unknown } | null} */ (await send(NAMES[command], parameters));
      return result?.value;
    },
    async close() {
      await send('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => undefined);
      socket.destroy();
    },
  };
}

/** @param {number} port */
async function connected(port) {
  const deadlineMs = performance.now() + START_MS;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await sleep(100);
    }
  }
}
