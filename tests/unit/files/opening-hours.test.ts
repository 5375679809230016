import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOpen } from '../../../src/files/exhibit';

const zone = process.env.TZ;

beforeAll(() => {
  process.env.TZ = 'Europe/Amsterdam';
});

afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** A weekday of June 2031: 1 June is a Sunday. */
const at = (day: number, time: string) => new Date(`2031-06-0${day + 1}T${time}:00`);
const openAt = (openingHours: Parameters<typeof isOpen>[0]['openingHours'], date: Date) =>
  isOpen({ openingHours }, date);

describe('opening hours', () => {
  const museum = [
    { days: [2, 3, 4, 5], from: '10:00', to: '17:00' },
    { days: [0, 6], from: '11:00', to: '18:00' },
  ];

  it('are always where none are stated', () => {
    expect(openAt(undefined, at(1, '03:00'))).toBe(true);
    expect(openAt([], at(1, '03:00'))).toBe(true);
  });

  it.each([
    [1, '12:00', false],
    [2, '09:59', false],
    [2, '10:00', true],
    [2, '16:59', true],
    [2, '17:00', false],
    [6, '17:30', true],
    [0, '10:30', false],
  ])('on day %i at %s are open: %s', (day, time, expected) => {
    expect(openAt(museum, at(day, time))).toBe(expected);
  });

  it.each([
    [5, '21:59', false],
    [5, '22:00', true],
    [6, '01:59', true],
    [6, '02:00', false],
    [6, '22:30', false],
  ])(
    'past midnight belong to the day on which they begin: day %i at %s is open: %s',
    (day, time, expected) => {
      expect(openAt([{ days: [5], from: '22:00', to: '02:00' }], at(day, time))).toBe(expected);
    },
  );

  it('from a time to the same time last a day', () => {
    const allDay = [{ days: [3], from: '00:00', to: '00:00' }];
    expect([at(3, '00:00'), at(3, '23:59'), at(4, '00:00')].map((date) => openAt(allDay, date))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('on the days on which the clock is changed, opening hours', () => {
  const museum = [{ days: [0], from: '10:00', to: '17:00' }];

  it.each([
    // Summer time begins on 30 March 2031 at 01:00 UTC and ends on 26 October 2031 at 01:00 UTC.
    ['2031-03-30T07:59:00Z', false],
    ['2031-03-30T08:00:00Z', true],
    ['2031-03-30T14:59:00Z', true],
    ['2031-03-30T15:00:00Z', false],
    ['2031-10-26T08:59:00Z', false],
    ['2031-10-26T09:00:00Z', true],
    ['2031-10-26T15:59:00Z', true],
    ['2031-10-26T16:00:00Z', false],
  ])('follow the clock on the wall: %s is open: %s', (utc, expected) => {
    expect(openAt(museum, new Date(utc))).toBe(expected);
  });

  const night = [{ days: [0], from: '02:15', to: '02:45' }];

  it('in the missing hour are left out, and begin after it where they last longer', () => {
    for (let minute = 0; minute < 120; minute += 5)
      expect(openAt(night, new Date(Date.parse('2031-03-30T00:00Z') + 60_000 * minute))).toBe(false);
    const longer = [{ days: [0], from: '02:15', to: '04:00' }];
    expect(openAt(longer, new Date('2031-03-30T00:59:00Z'))).toBe(false);
    expect(openAt(longer, new Date('2031-03-30T01:00:00Z'))).toBe(true);
  });

  it('in the hour that comes twice are open twice', () => {
    expect(openAt(night, new Date('2031-10-26T00:30:00Z'))).toBe(true);
    expect(openAt(night, new Date('2031-10-26T01:30:00Z'))).toBe(true);
  });
});
