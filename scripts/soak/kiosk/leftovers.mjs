import { added, Heaps, kept, OF_STAFF } from './traces.mjs';

/** Networks and voices, and how fast they are, which the browser may have deleted and the page downloaded again. */
const OF_NETWORKS = /^understudy-networks /;
/** Time for the networks to run on silence, after which they hold nothing of a visit. */
const SETTLING_MS = 90_000;
const LOOK_MS = 500;
/** More than a visit has: 15 s at 48 kHz. Longer ones are memory of WebAssembly, which a new worker may have more of. */
const MAX_SAMPLES = 720_000;

/** What there is on the first screen that was not there before the first visit. */
export class Leftovers {
  /**
   * @param {import('playwright-core').Page} page
   * @param {Heaps} heaps
   * @param {string[]} rows
   * @param {number[]} buffers
   */
  constructor(page, heaps, rows, buffers) {
    this.page = page;
    this.heaps = heaps;
    this.rows = rows;
    this.buffers = buffers;
  }

  /** @param {import('playwright-core').Page} page on the first screen, before the first visit */
  static async of(page) {
    const heaps = await Heaps.of(page);
    return new Leftovers(page, heaps, await kept(page), (await heaps.samples()).workers);
  }

  /**
   * @param {boolean} isThorough looks through everything that is stored and through the workers too, which takes seconds
   * @returns {Promise<string[]>}
   */
  async find(isThorough) {
    const { page } = this;
    const urls = await page.evaluate(() => [
      .../** @type {any} */ (window).soak.objectUrls,
      ...Object.keys(localStorage),
      ...Object.keys(sessionStorage),
    ]);
    const samples = await this.heaps.inPage();
    const found = [
      ...urls.filter((each) => !this.rows.some((row) => row.startsWith(each))),
      ...samples.map((length) => `an array of ${length} samples in the page`),
    ];
    return isThorough ? [...found, ...(await this.stored()), ...(await this.inWorkers())] : found;
  }

  async stored() {
    const rows = await kept(this.page);
    return rows.filter((row) => !this.rows.includes(row) && !OF_STAFF.test(row) && !OF_NETWORKS.test(row));
  }

  async inWorkers() {
    const untilMs = performance.now() + SETTLING_MS;
    for (;;) {
      const { workers } = await this.heaps.samples();
      const more = added(this.buffers, workers).filter((length) => length <= MAX_SAMPLES);
      if (more.length === 0 || performance.now() > untilMs)
        return more.map((length) => `a buffer of ${length} samples in a worker`);
      await this.page.waitForTimeout(LOOK_MS);
    }
  }
}
