import { beforeEach, describe, expect, it } from 'vitest';
import { Outages, TOO_MANY } from '../../../../src/kiosk/recovery/outages';

const MINUTE_MS = 60_000;
let outages: Outages;

beforeEach(() => (outages = new Outages()));

/** An outage that begins at `nowMs`; returns its pauses. */
function outage(nowMs: number, tries: number): number[] {
  for (let i = 0; i < TOO_MANY; i++) outages.fail(nowMs + i);
  return Array.from({ length: tries }, () => outages.nextTryMs());
}

describe('failures', () => {
  it('one: it is repaired at once, then after two seconds', () => {
    outages.fail(0);
    expect(outages.standing).toBe('moment');
    expect([outages.nextTryMs(), outages.nextTryMs()]).toEqual([0, 2000]);
    outages.repaired(100);
    expect(outages.standing).toBe('working');
    outages.fail(200);
    expect(outages.nextTryMs()).toBe(0);
  });

  it('three within five minutes are too many, also where each was repaired', () => {
    for (const atMs of [0, 2 * MINUTE_MS]) {
      outages.fail(atMs);
      expect(outages.standing).toBe('moment');
      outages.repaired(atMs + 1000);
    }
    outages.fail(5 * MINUTE_MS - 1);
    expect(outages.standing).toBe('out-of-order');
  });

  it('three in more than five minutes are not', () => {
    for (const atMs of [0, 3 * MINUTE_MS, 5 * MINUTE_MS]) {
      outages.fail(atMs);
      outages.repaired(atMs + 1000);
    }
    expect(outages.standing).toBe('working');
  });
});

describe('out of order', () => {
  it('tries with growing pauses, at most five minutes', () => {
    expect(outage(0, 9)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300].map((s) => 1000 * s));
  });

  it('stays so until everything works, and then counts anew', () => {
    outage(0, 1);
    outages.fail(10 * MINUTE_MS);
    expect(outages.standing).toBe('out-of-order');
    outages.repaired(10 * MINUTE_MS);
    expect(outages.standing).toBe('working');
    outages.fail(10 * MINUTE_MS + 1);
    expect(outages.standing).toBe('moment');
  });

  it('goes on with longer pauses where it comes again within a minute, and begins anew after it', () => {
    outage(0, 3);
    outages.repaired(1000);
    expect(outage(30_000, 1)).toEqual([40_000]);
    outages.repaired(MINUTE_MS);
    expect(outage(3 * MINUTE_MS, 1)).toEqual([5000]);
  });
});
