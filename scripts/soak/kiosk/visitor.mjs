import { FAULTS } from './faults.mjs';

/** A visit that lasts longer is stuck. */
const PATIENCE_MS = 240_000;
const LOOK_MS = 60;
/** More than the idle time of the soak's exhibit and the time to answer. */
const IDLE_SECONDS = 26;
const SCREENS = ['voices', 'speak', 'converting', 'listen', 'mark', 'goodbye'];
const SHARES = { aborted: 0.5, idle: 0.08, reload: 0.04, fault: 0.2, again: 0.1, before: 0.3 };

/** @typedef {ReturnType<typeof import('./random.mjs').seeded>} Random */
/** @typedef {{ name: string, screen: string }} Planned something that happens on a screen */
/** @typedef {'completed' | 'aborted' | 'idle' | 'reload' | 'interrupted' | 'stuck'} Outcome */
/** @typedef {{ screen: string, isPressed: boolean, isShown: boolean, isOut: boolean }} Look */

/**
 * What a visitor will do: go to the end, or on some screen leave, walk away, or reload the page; and what fails meanwhile.
 *
 * @param {Random} random
 * @param {boolean} withFaults
 */
export function plan(random, withFaults) {
  const screen = random.pick(SCREENS);
  const drawn = random.next();
  const name =
    drawn < SHARES.reload
      ? 'reload'
      : drawn < SHARES.reload + SHARES.idle
        ? 'idle'
        : drawn < SHARES.reload + SHARES.idle + SHARES.aborted
          ? 'aborted'
          : null;
  const fault = random.pick(Object.keys(FAULTS));
  const isFaulty = withFaults && random.chance(SHARES.fault);
  return {
    /** @type {Planned | null} */
    ending: name && { name, screen },
    /** @type {Planned | null} */
    fault: isFaulty ? { name: fault, screen: random.pick(FAULTS[fault] ?? []) } : null,
  };
}

/** One visitor after another, by touch. */
export class Visitor {
  /**
   * @param {import('playwright-core').Page} page
   * @param {import('playwright-core').CDPSession} touch
   * @param {Random} random
   */
  constructor(page, touch, random) {
    this.page = page;
    this.touch = touch;
    this.random = random;
    /** Whether the last visit met the out-of-order page. */
    this.wasOutOfOrder = false;
  }

  /**
   * @param {ReturnType<typeof plan>} planned
   * @returns {Promise<{ outcome: Outcome, last: string, fault: string | null }>}
   */
  async visit({ ending, fault }) {
    const untilMs = performance.now() + PATIENCE_MS;
    let [last, hasBegun] = ['attract', false];
    /** @type {Outcome} */
    let leaving = 'interrupted';
    /** @type {string | null} */
    let caused = null;
    this.wasOutOfOrder = false;
    while (performance.now() < untilMs) {
      const { screen, isShown, isOut } = await this.look();
      this.wasOutOfOrder ||= isOut;
      if (isShown) {
        await this.page.waitForTimeout(4 * LOOK_MS);
        continue;
      }
      if (screen === 'attract' && hasBegun) return { outcome: leaving, last, fault: caused };
      last = screen;
      if (fault?.screen === screen && !caused) {
        caused = fault.name;
        await this.page.evaluate((name) => /** @type {any} */ (window).soak.cause(name), caused);
      }
      if (ending?.screen === screen && leaving === 'interrupted') {
        leaving = /** @type {Outcome} */ (ending.name);
        await this.leave(leaving, screen);
      } else if (screen === 'attract') hasBegun = await this.tap('begin');
      else if (screen === 'goodbye' && (await this.tap('goodbye-button'))) leaving = 'completed';
      else await this.goOn(screen);
      await this.page.waitForTimeout(LOOK_MS);
    }
    return { outcome: 'stuck', last, fault: caused };
  }

  /** Waits for the first screen, with nothing to be repaired; false where it does not come. */
  async atRest() {
    const { page } = this;
    const begin = page.locator(
      '[data-testid=kiosk][data-prepared=true][data-standing=working][data-screen=attract] [data-testid=kiosk-begin]',
    );
    return begin.waitFor({ timeout: PATIENCE_MS }).then(
      () => true,
      () => false,
    );
  }

  /** @returns {Promise<Look>} */
  look() {
    return this.page.evaluate(() => {
      const kiosk = /** @type {HTMLElement | null} */ (document.querySelector('[data-testid=kiosk]'));
      const has = (/** @type {string} */ id) => document.querySelector(`[data-testid=kiosk-${id}]`) !== null;
      return {
        screen: kiosk?.dataset['screen'] ?? '',
        isPressed: document.querySelector('.record.on') !== null,
        isShown: !kiosk || has('moment') || has('out-of-order'),
        isOut: has('out-of-order'),
      };
    });
  }

  /**
   * Touches a button; false where it is not there or cannot be pressed.
   *
   * @param {string} id
   */
  async tap(id) {
    const button = this.page.locator(`[data-testid=kiosk-${id}]:enabled`);
    return button.tap({ timeout: 500 }).then(
      () => true,
      () => false,
    );
  }

  /** @param {string} screen */
  async goOn(screen) {
    const { random } = this;
    if (screen === 'voices') {
      const ids = await this.page
        .locator('[data-testid^=kiosk-voice-]')
        .evaluateAll((all) =>
          all.map((each) => each.getAttribute('data-testid')?.replace('kiosk-', '') ?? ''),
        );
      if (ids.length > 0) await this.tap(random.pick(ids));
    } else if (screen === 'speak') await this.speak(random.chance(0.1) ? 0.5 : 2.1 + 1.5 * random.next());
    else if (screen === 'listen') await this.listen();
    else if (screen === 'mark') await this.tap('seen');
  }

  async listen() {
    const { random } = this;
    if (random.chance(SHARES.before)) await this.tap(random.pick(['before', 'after', 'play']));
    else if (random.chance(SHARES.again)) await this.tap(random.pick(['again', 'another']));
    else await this.tap('finish');
  }

  /**
   * Holds the button.
   *
   * @param {number} seconds
   */
  async speak(seconds) {
    const box = await this.page
      .locator('[data-testid=kiosk-record]:enabled')
      .boundingBox({ timeout: 500 })
      .catch(() => null);
    if (!box) return;
    const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
    await this.touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    const untilMs = performance.now() + 1000 * seconds;
    // What is said is counted in its samples, which a busy machine delivers late.
    while (performance.now() < untilMs || (seconds > 2 && (await this.spoken()) < 2)) {
      await this.page.waitForTimeout(LOOK_MS);
      if (!(await this.look()).isPressed) break;
    }
    await this.touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }

  /** Whole seconds, as the screen says. */
  spoken() {
    return this.page.evaluate(() =>
      Number(/(\d+) of 15/.exec(document.querySelector('.hint')?.textContent ?? '')?.[1] ?? 0),
    );
  }

  /**
   * @param {Outcome} how
   * @param {string} screen
   */
  async leave(how, screen) {
    if (how === 'reload') await this.page.reload();
    else if (how === 'aborted') await this.tap('end');
    else {
      // A visitor who speaks, waits or listens is there.
      if (screen === 'listen') await this.tap('play');
      await this.page.evaluate(
        (seconds) => /** @type {any} */ (window).soak.passSeconds(seconds),
        IDLE_SECONDS,
      );
      if ((await this.look()).screen === screen) await this.tap('end');
    }
  }
}
