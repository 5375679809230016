import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { LOADED, on, openAppAtKiosk, prepared, speak } from './kiosk-steps';
import { kept, OF_STAFF } from '../../scripts/soak/kiosk/traces.mjs';
import { audioSeconds, type Opened } from './support';

/** A dead worker is noticed by its silence. */
const NOTICED = { timeout: 60_000 };
const PIN = '271828';

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** Lets a test end the workers, and unplug the microphone for a while or for good. */
function breakable(): void {
  const workers: Worker[] = [];
  window.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      workers.push(this);
    }
  };
  const { mediaDevices } = navigator;
  const original = mediaDevices.getUserMedia.bind(mediaDevices);
  let isThere = true;
  let stream: MediaStream | undefined;
  mediaDevices.getUserMedia = async (constraints) => {
    if (!isThere) throw new DOMException('It is unplugged.', 'NotFoundError');
    return (stream = await original(constraints));
  };
  Object.assign(window, {
    killWorkers: () => workers.splice(0).forEach((worker) => worker.terminate()),
    unplug: (isForGood: boolean) => {
      isThere = !isForGood;
      const [track] = stream!.getAudioTracks();
      track!.stop();
      track!.dispatchEvent(new Event('ended'));
    },
    plugIn: () => (isThere = true),
  });
}

async function openKiosk(): Promise<Page> {
  app = await openAppAtKiosk({ initScript: breakable });
  await prepared(app.page);
  return app.page;
}

const moment = (page: Page, fault: string) => page.locator(`[data-testid=kiosk-moment][data-fault=${fault}]`);
const complete = (page: Page) => page.locator('[data-testid=kiosk-listen][data-complete=true]');

async function chooseVoice(page: Page): Promise<void> {
  await on(page, 'begin').click();
  await on(page, 'voice-joe').click();
}

const ofVisitors = async (page: Page) => (await kept(page)).filter((row) => !OF_STAFF.test(row));

describe('a fault', () => {
  it('of the worker: what was said is converted once there is another, and the mark is found', async () => {
    const page = await openKiosk();
    await chooseVoice(page);
    await speak(page, 3, () => page.evaluate('killWorkers()'));
    await moment(page, 'worker').waitFor(NOTICED);
    expect(await page.getByTestId('kiosk-moment').innerText()).toMatch(/One moment.*where you were.*worker/s);
    await complete(page).waitFor(LOADED);
    await on(page, 'finish').click();
    await page.locator('[data-testid=kiosk-mark][data-found=yes]').waitFor(LOADED);
  });

  it('of the microphone: the visitor is asked to say it again, and the staff see why', async () => {
    const page = await openKiosk();
    await chooseVoice(page);
    await speak(page, 2, () => page.evaluate('unplug(false)'));
    await on(page, 'speak').waitFor(LOADED);
    expect(await on(page, 'problem').getAttribute('data-problem')).toBe('microphone-lost');
    await speak(page);
    await complete(page).waitFor(LOADED);
    await on(page, 'end').click();
    await page.keyboard.press('Control+Alt+Shift+KeyS');
    for (let i = 0; i < 2; i++) {
      await page.getByTestId('pin').fill(PIN);
      await page.getByTestId('pin-submit').click();
    }
    expect(await page.getByTestId('problem-microphone').innerText()).toMatch(
      /microphone, microphone-lost.*unplugged/s,
    );
  });

  it('of the sound: it plays on with another device', async () => {
    const page = await openKiosk();
    await chooseVoice(page);
    await speak(page, 6);
    await complete(page).waitFor(LOADED);
    await on(page, 'before').click();
    await page.evaluate(() => window.newestAudioContext!.deref()!.suspend());
    await moment(page, 'sound').waitFor(LOADED);
    await complete(page).waitFor(LOADED);
    await audioSeconds(page, 0.5);
    expect(await on(page, 'before').getAttribute('aria-pressed')).toBe('true');
  });

  it('of the storage and the worker: the networks are downloaded again', async () => {
    const page = await openKiosk();
    const networks = async () => (await kept(page)).filter((row) => row.startsWith('understudy-networks'));
    const before = await networks();
    await page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const request = indexedDB.deleteDatabase('understudy-networks');
          request.onsuccess = () => resolve();
          request.onerror = () => reject(request.error!);
        }),
    );
    await page.evaluate('killWorkers()');
    await moment(page, 'worker').waitFor(NOTICED);
    await on(page, 'attract').waitFor(LOADED);
    // Those of the ear once a minute has passed.
    const stored = (rows: string[]) => rows.filter((row) => / files /.test(row));
    await expect
      .poll(async () => stored(await networks()), { timeout: 120_000, interval: 2000 })
      .toEqual(stored(before));
    await chooseVoice(page);
    await speak(page);
    await complete(page).waitFor(LOADED);
  });
});

describe('three failures', () => {
  it('end the visit on the out-of-order page, from which the kiosk comes back by itself', async () => {
    const page = await openKiosk();
    const before = await ofVisitors(page);
    await chooseVoice(page);
    await speak(page, 2, () => page.evaluate('unplug(true)'));
    await moment(page, 'microphone').waitFor(LOADED);
    await on(page, 'out-of-order').waitFor(LOADED);
    expect(await on(page, 'out-of-order').innerText()).toMatch(/out of order.*by itself.*microphone/s);
    expect(await page.getByTestId('kiosk').getAttribute('data-screen')).toBe('attract');
    await page.evaluate('plugIn()');
    await on(page, 'begin').waitFor(LOADED);
    expect(await ofVisitors(page)).toEqual(before);
    await chooseVoice(page);
    await page.locator('[data-testid=kiosk-record]:enabled').waitFor(LOADED);
  });
});

describe('a reload', () => {
  it('leads back to the first screen from every other, with nothing of the visit', async () => {
    const page = await openKiosk();
    const before = await ofVisitors(page);
    const reload = async () => {
      await page.reload();
      await prepared(page);
      expect(await page.getByTestId('kiosk').getAttribute('data-screen')).toBe('attract');
      expect(await ofVisitors(page)).toEqual(before);
    };
    await on(page, 'begin').click();
    await reload();
    await chooseVoice(page);
    await speak(page, 2, reload);
    await chooseVoice(page);
    await speak(page, 6);
    await on(page, 'listen').or(on(page, 'converting')).waitFor(LOADED);
    await reload();
    await chooseVoice(page);
    await speak(page);
    await complete(page).waitFor(LOADED);
    await on(page, 'finish').click();
    await reload();
  });
});
