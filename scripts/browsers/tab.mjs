import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A browser that a driver has opened with one tab. Commands are those of the WebDriver standard
 * (https://www.w3.org/TR/webdriver2/), which Firefox takes by its Marionette protocol.
 *
 * @typedef {{
 *   send: (command: Command, parameters?: Record<string, unknown>) => Promise<unknown>,
 *   close: () => Promise<void>,
 * }} Session
 *
 * @typedef {'navigate' | 'setTimeouts' | 'findElement' | 'clickElement' | 'typeInto' | 'executeAsync'} Command
 */

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const POLL_MS = 100;
const PATIENCE_MS = 60_000;

/** The tab of a session: finds what is on the page by its `data-testid`, or by a selector. */
export class Tab {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
  }

  /** @param {string} url */
  async open(url) {
    await this.session.send('navigate', { url });
  }

  /**
   * Runs an async function in the page.
   *
   * @template {unknown[]} Args
   * @template T
   * @param {(...args: Args) => Promise<T>} task uses nothing from outside; arguments and result are JSON
   * @param {Args} args
   * @returns {Promise<T>}
   */
  async evaluate(task, ...args) {
    const script = `const done = arguments[arguments.length - 1];
      (${String(task)})(...Array.from(arguments).slice(0, -1)).then(
        (value) => done({ value }), (error) => done({ error: String(error) }));`;
    const answer = /** @type {{ value: T, error?: string }} */ (
      await this.session.send('executeAsync', { script, args })
    );
    if (answer.error) throw new Error(answer.error);
    return answer.value;
  }

  /** Clicks as a person does, so that the page may play sound; waits until it can be clicked. @param {string} id */
  async click(id) {
    await this.waitFor(`${selectorOf(id)}:enabled`);
    await this.evaluate(stillness, selectorOf(id));
    await this.session.send('clickElement', { id: await this.find(id) });
  }

  /** @param {string} id of an input for files @param {string} path */
  async chooseFile(id, path) {
    await this.session.send('typeInto', { id: await this.find(id), text: path });
  }

  /** @param {string} id @param {string} value */
  async select(id, value) {
    await this.waitFor(id);
    await this.evaluate(
      async (selector, chosen) => {
        const select = /** @type {HTMLSelectElement} */ (document.querySelector(selector));
        select.value = chosen;
        select.dispatchEvent(new Event('change', { bubbles: true }));
      },
      selectorOf(id),
      value,
    );
  }

  /** Text of an element; null where there is none. @param {string} id */
  async text(id) {
    return this.evaluate(
      async (selector) => document.querySelector(selector)?.textContent?.trim() ?? null,
      selectorOf(id),
    );
  }

  /** Attribute of an element, once it is there; null where it has none. @param {string} id @param {string} name */
  async attribute(id, name) {
    await this.waitFor(id);
    return this.evaluate(
      async (selector, each) => document.querySelector(selector)?.getAttribute(each) ?? null,
      selectorOf(id),
      name,
    );
  }

  /**
   * Waits for an element whose text matches; returns the text. Fails as soon as the page shows an error.
   *
   * @param {string} id
   * @param {{ text?: RegExp, patienceMs?: number }} [options]
   */
  async waitFor(id, { text = /^/, patienceMs = PATIENCE_MS } = {}) {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const found = await this.text(id);
      if (found !== null && text.test(found)) return found;
      const error = id === 'error' ? null : await this.text('error');
      if (error !== null) throw new Error(`The page says: ${error}`);
      if (performance.now() > deadlineMs) {
        throw new Error(
          `${id} ${found === null ? 'did not appear' : `says "${found}"`} after ${patienceMs / 1000} s.`,
        );
      }
      await sleep(POLL_MS);
    }
  }

  /** The driver's name of an element, once it is there: pages are fetched when they are opened. @param {string} id */
  async find(id) {
    await this.waitFor(id);
    const found = /** @type {Record<string, string>} */ (
      await this.session.send('findElement', { using: 'css selector', value: selectorOf(id) })
    );
    return found[ELEMENT];
  }
}

/** Resolves once the element has stood still for 300 ms: a click at where it was while the page scrolled would miss it. @param {string} selector */
async function stillness(selector) {
  for (let at = '', times = 0; times < 3;) {
    const { x, y } = /** @type {Element} */ (document.querySelector(selector)).getBoundingClientRect();
    times = at === `${x} ${y}` ? times + 1 : 0;
    at = `${x} ${y}`;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @param {string} id */
function selectorOf(id) {
  return /^[\w-]+$/.test(id) ? `[data-testid=${id}]` : id;
}
