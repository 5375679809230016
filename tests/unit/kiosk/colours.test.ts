import { expect, it } from 'vitest';
import { contrast, PAPER, readableAccent } from '../../../src/kiosk/colours';

it('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

it.each(['#000000', '#8f1d3d', '#0000ff', '#12801f', '#ff0000', '#ffd400', '#ffffff'])(
  'the accent %s can be read on the paper, and the paper on it',
  (colour) => {
    expect(contrast(readableAccent(colour), PAPER)).toBeGreaterThanOrEqual(7);
  },
);

it('an accent that can be read is not changed', () => {
  expect(readableAccent('#ffd400')).toBe('#ffd400');
});
