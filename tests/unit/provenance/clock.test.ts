import { afterEach, describe, expect, it, vi } from 'vitest';
import { noteTime, requirePermission, today } from '../../../src/provenance';
import { dateInWords } from '../../../src/text/format';
import { sealed } from './records';

const zone = process.env['TZ'];
const none = new Set<string>();

/** Uses a voice at a time, in a time zone, on a device that has seen no later time. */
async function useAt(time: string, place: string, record: Parameters<typeof sealed>[0]) {
  vi.resetModules();
  process.env['TZ'] = place;
  vi.setSystemTime(new Date(time));
  const { requirePermission: require } = await import('../../../src/provenance');
  return require(sealed(record), 'convert', { revoked: none, data: [] });
}

afterEach(() => {
  vi.useRealTimers();
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

describe('the days of a permission', () => {
  it.each([
    ['2026-11-29T18:19:00Z', 'Pacific/Auckland', true],
    ['2026-11-29T10:30:00Z', 'Pacific/Auckland', false],
    ['2026-11-30T06:00:00Z', 'America/Los_Angeles', false],
    ['2026-11-30T09:00:00Z', 'America/Los_Angeles', true],
  ])('end by the calendar of the place: %s in %s, expired: %s', async (time, place, isExpired) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const used = useAt(time, place, { until: '2026-11-29' });
    if (isExpired) await expect(used).rejects.toMatchObject({ code: 'consent-expired' });
    else await expect(used).resolves.toBeDefined();
  });

  it('begin at once wherever they were sealed', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    // Sealed on the morning of the 30th in Auckland, used in the same minute in Los Angeles.
    await expect(
      useAt('2026-11-29T18:19:00Z', 'America/Los_Angeles', { from: '2026-11-30' }),
    ).resolves.toBeDefined();
  });

  it('that were seen to end do not come back when the clock is set back, and the clock is named', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2031-05-02T12:00:00Z') });
    const day = (date: number) => dateInWords(new Date(2031, 4, date));
    const use = () =>
      requirePermission(sealed({ until: '2031-05-01' }), 'convert', { revoked: none, data: [] });
    expect(use).toThrow(`By the clock of this device today is ${day(2)}`);
    vi.setSystemTime(new Date('2031-04-20T12:00:00Z'));
    expect(use).toThrow(`clock of this device shows ${day(-10)}, but it has shown ${day(2)} before`);
  });

  it.each([NaN, Infinity, 8.64e15])('are not moved by what is no time: %d', (ms) => {
    const before = today();
    noteTime(ms);
    expect(today()).toBe(before);
  });
});
