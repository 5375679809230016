import { describe, expect, it } from 'vitest';
import { CODED_BITS, decodePayload, encodePayload } from '../../../src/watermark/channel-code';
import { randomFrom } from './speech-like';

const PAYLOAD = { version: 2, id24: 0xa5c3f0 };

describe('the payload code', () => {
  it('decodes the payload that was encoded', () => {
    for (const payload of [PAYLOAD, { version: 0, id24: 0 }, { version: 15, id24: 0xffffff }]) {
      const soft = Float64Array.from(encodePayload(payload));
      expect(soft.length).toBe(CODED_BITS);
      expect(decodePayload(soft.map((each) => 3 * each))).toMatchObject({ payload, payloadOk: true });
    }
  });

  /** Soft bits of the signs plus noise of standard deviation `deviation`. */
  const inNoise = (deviation: number, random: () => number) =>
    Float64Array.from(encodePayload(PAYLOAD), (sign) => {
      const noise = 2 * (random() + random() + random() - 1.5);
      return (sign + deviation * noise) / deviation ** 2;
    });
  const reported = (deviation: number, count: number, random: () => number) =>
    Array.from({ length: count }, () => decodePayload(inNoise(deviation, random))).filter(
      ({ payloadOk }) => payloadOk,
    );

  it('corrects errors, and reports no wrong payload where there are too many', () => {
    const random = randomFrom(7);
    expect(reported(1, 200, random).length).toBeGreaterThan(190);
    const some = reported(1.3, 1000, random);
    // With a list of one instead of eight it is 577.
    expect(some.length).toBeGreaterThan(600);
    for (const { payload } of some) expect(payload).toEqual(PAYLOAD);
    expect(reported(50, 2000, random)).toEqual([]);
  });
});
