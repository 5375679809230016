import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, expect, it, vi } from 'vitest';
import { dateInWords } from '../../../src/text/format';
import { sealed } from '../provenance/records';

afterEach(async () => {
  vi.useRealTimers();
  await deleteDB('understudy');
});

/** Starts the app anew, or one of its workers. */
async function start(thread: 'page' | 'worker' = 'page') {
  vi.resetModules();
  const [{ rememberTime }, { revoked }, { closeDatabase }, { requirePermission }] = await Promise.all([
    import('../../../src/store/device/clock'),
    import('../../../src/store/voices'),
    import('../../../src/store/db'),
    import('../../../src/provenance'),
    import('../../texts.setup'),
  ]);
  await (thread === 'page' ? rememberTime() : revoked());
  await closeDatabase();
  return () =>
    requirePermission(sealed({ until: '2031-05-01' }), 'live', { revoked: new Set<string>(), data: [] });
}

it('a permission that a device has seen end stays ended after the clock is set back and the app is started again', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2031-04-20T12:00:00Z') });
  expect(await start()).not.toThrow();
  vi.setSystemTime(new Date('2031-05-03T12:00:00Z'));
  expect(await start()).toThrow(`ended on ${dateInWords(new Date(2031, 4, 1))}`);
  vi.setSystemTime(new Date('2031-04-20T12:00:00Z'));
  expect(await start()).toThrow(`ended on ${dateInWords(new Date(2031, 4, 1))}`);
  expect(await start('worker')).toThrow(`ended on ${dateInWords(new Date(2031, 4, 1))}`);
});
