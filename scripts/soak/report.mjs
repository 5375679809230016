/** @param {Record<string, boolean>} bars descriptions of failures, true where they occurred */
export function broken(bars) {
  return Object.keys(bars).filter((bar) => bars[bar]);
}

/**
 * @template T
 * @param {T} value
 * @returns {T} with all numbers rounded to four significant digits
 */
export function rounded(value) {
  return JSON.parse(
    JSON.stringify(value, (_key, each) => (typeof each === 'number' ? Number(each.toPrecision(4)) : each)),
  );
}

/**
 * Memory of the page and its workers in MB, after a garbage collection.
 *
 * @param {import('playwright-core').Page} page of a Chromium with `EAGER_MEMORY`
 * @returns {Promise<number>}
 */
export function memoryMb(page) {
  return page.evaluate(async () => {
    /** @type {any} */
    const { performance: measuring } = window;
    return (await measuring.measureUserAgentSpecificMemory()).bytes / 1e6;
  });
}

/** Argument of Chromium: measures memory immediately instead of at the next garbage collection. */
export const EAGER_MEMORY = '--enable-blink-features=ForceEagerMeasureMemory';

/**
 * @param {string} name
 * @param {string | undefined} value
 * @param {string} usage
 */
export function number(name, value, usage) {
  const found = Number(value);
  if (!(found >= 1)) throw new Error(`--${name} is a number from 1 on. Usage: ${usage}`);
  return found;
}
