import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { closeDatabase, database } from '../../../../src/store/db';
import {
  checkPin,
  hasPin,
  pinWaitSeconds,
  resetPin,
  setPin,
  waitSeconds,
} from '../../../../src/store/device/pin';

const PIN = '271828';

afterEach(async () => {
  await closeDatabase();
  await deleteDB('understudy');
});

/** Guesses wrong `times` times and returns the last answer. */
async function guess(times: number, nowMs: number) {
  let answer = await checkPin('000000', nowMs);
  for (let i = 1; i < times; i++) answer = await checkPin('000000', nowMs);
  return answer;
}

describe('the PIN', () => {
  it('is stored as salt and PBKDF2 hash with 600000 iterations, and looked at', async () => {
    expect(await hasPin()).toBe(false);
    await setPin(PIN);
    expect(await hasPin()).toBe(true);
    const stored = (await (await database()).get('museum', 'pin')) as { salt: Uint8Array; hash: Uint8Array };
    expect(stored).toMatchObject({ iterations: 600_000 });
    expect([stored.salt.length, stored.hash.length]).toEqual([16, 32]);
    expect(await checkPin(PIN)).toEqual({ is: 'right' });
    expect(await checkPin('271829')).toEqual({ is: 'wrong', waitSeconds: 0 });
  });

  it('has 6 to 12 digits', async () => {
    for (const pin of ['12345', '1234567890123', '12345a', '']) await expect(setPin(pin)).rejects.toThrow();
  });

  it('has to wait after five wrong ones, also the right one, and after a reload', async () => {
    await setPin(PIN);
    expect(await guess(5, 0)).toEqual({ is: 'wrong', waitSeconds: 30 });
    await closeDatabase();
    expect(await checkPin(PIN, 10_000)).toEqual({ is: 'waiting', waitSeconds: 20 });
    expect(await pinWaitSeconds(10_000)).toBe(20);
    expect(await checkPin('000000', 30_000)).toEqual({ is: 'wrong', waitSeconds: 60 });
    expect(await checkPin(PIN, 90_000)).toEqual({ is: 'right' });
    expect(await pinWaitSeconds(90_000)).toBe(0);
  });

  it('counts a guess as wrong before it is looked at', async () => {
    await setPin(PIN);
    await guess(4, 0);
    // Five at once, as from several tabs: none is free.
    const answers = await Promise.all(Array.from({ length: 5 }, () => checkPin('000000', 0)));
    expect(answers.map(({ is }) => is)).toEqual(['wrong', 'waiting', 'waiting', 'waiting', 'waiting']);
  });
});

describe('the wait', () => {
  it('doubles up to 15 minutes', () => {
    const waits = [4, 5, 6, 7, 10, 50].map((failures) => waitSeconds({ failures, at: 0 }, 0));
    expect(waits).toEqual([0, 30, 60, 120, 900, 900]);
  });

  it('does not grow when the clock is set back', () => {
    expect(waitSeconds({ failures: 5, at: Date.parse('2031-01-01') }, Date.parse('2026-01-01'))).toBe(30);
  });
});

describe('staff-reset.json', () => {
  const answer =
    (text: string, status = 200) =>
    async () =>
      new Response(text, { status });
  const file = '{ "newPin": "314159" }';

  it('sets a new PIN once', async () => {
    await setPin(PIN);
    await guess(6, Date.now());
    expect(await resetPin('', answer(file))).toBe(true);
    expect(await checkPin('314159')).toEqual({ is: 'right' });
    await setPin(PIN);
    expect(await resetPin('', answer(`${file}\n`))).toBe(false);
    expect(await checkPin(PIN)).toEqual({ is: 'right' });
  });

  it.each([
    ['is missing', answer(file, 404)],
    ['has a short PIN', answer('{ "newPin": "1" }')],
    ['is no JSON', answer('<!doctype html>')],
    ['cannot be reached', () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('changes nothing where it %s', async (_what, fetch) => {
    await setPin(PIN);
    expect(await resetPin('', fetch)).toBe(false);
    expect(await checkPin(PIN)).toEqual({ is: 'right' });
  });
});
