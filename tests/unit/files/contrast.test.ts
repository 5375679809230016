import { expect, it } from 'vitest';
import { contrast, readable, WANTED_CONTRAST } from '../../../src/files/exhibit';

it('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#ffffff', '#767676')).toBeCloseTo(4.54, 2);
  expect(contrast('#808080', '#808080')).toBe(1);
});

it('a colour that is readable stays as it is', () => {
  expect(readable('#8f1d3d', '#ffffff')).toBe('#8f1d3d');
});

it.each([
  ['#ff0000', '#ffffff'],
  ['#ffd700', '#ffffff'],
  ['#3060ff', '#131118'],
  ['#000000', '#131118'],
  ['#777777', '#fffdf9'],
])('%s on %s is changed until its contrast is 7, and little more', (colour, background) => {
  const changed = readable(colour, background);
  expect(contrast(changed, background)).toBeGreaterThanOrEqual(WANTED_CONTRAST);
  expect(contrast(changed, background)).toBeLessThan(WANTED_CONTRAST + 0.6);
});

it('on a grey to which nothing has a contrast of 7, it is the better of black and white', () => {
  expect(readable('#123456', '#808080')).toBe('#000000');
});
