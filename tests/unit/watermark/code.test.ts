import { describe, expect, it } from 'vitest';
import { CODED_BITS, decodePayload, encodePayload } from '../../../src/watermark/code';
import { randomFrom } from './speech-like';

const PAYLOAD = { version: 2, id24: 0xa5c3f0 };

describe('the payload code', () => {
  it('gives back what went in', () => {
    for (const payload of [PAYLOAD, { version: 0, id24: 0 }, { version: 15, id24: 0xffffff }]) {
      const soft = Float64Array.from(encodePayload(payload));
      expect(soft.length).toBe(CODED_BITS);
      expect(decodePayload(soft.map((each) => 3 * each))).toMatchObject({ payload, payloadOk: true });
    }
  });

  it('corrects errors, and knows when there were too many', () => {
    const random = randomFrom(7);
    const noisy = (level: number) =>
      Float64Array.from(
        encodePayload(PAYLOAD),
        (sign) => sign + level * (random() + random() + random() - 1.5) * 2,
      );
    expect(decodePayload(noisy(1))).toMatchObject({ payload: PAYLOAD, payloadOk: true });
    const passed = Array.from({ length: 2000 }, () => decodePayload(noisy(50))).filter(
      (each) => each.payloadOk,
    );
    expect(passed.length).toBe(0);
  });
});
