import { expect, test } from 'vitest';
import { Powers } from '../../../../src/watermark/detector/decibels';

test('powers are replaced by decibels, to 0.0006 dB', () => {
  const exact = Array.from({ length: 5000 }, (_, i) => 1e-9 * 1.0123 ** i).filter((power) => power < 1e9);
  const powers = new Powers(exact.length);
  powers.values.set(exact);
  powers.toDecibels();
  exact.forEach((power, i) =>
    expect(Math.abs(powers.values[i]! - 10 * Math.log10(power))).toBeLessThan(0.0006),
  );
});
