import { describe, expect, it } from 'vitest';
import { languageName, speedInWords } from '../../../src/ui/format';

describe('the name of a language', () => {
  it.each([
    ['de', new Intl.DisplayNames(undefined, { type: 'language' }).of('de')],
    ['', ''],
    // An unknown code and an ill-formed one: browsers throw or return them unchanged.
    ['qxx', 'qxx'],
    ['not a code', 'not a code'],
  ])('of %j is %j', (code, name) => {
    expect(languageName(code)).toBe(name);
  });
});

describe('the speed of computing', () => {
  it.each([
    [1 / 12.4, 'at 12 times real-time speed'],
    [1 / 9.96, 'at 10 times real-time speed'],
    [1 / 3.14, 'at 3.1 times real-time speed'],
    [1 / 0.4, 'at 0.4 times real-time speed'],
  ])('of a real-time factor of %f is "%s"', (rtf, words) => {
    expect(speedInWords(rtf)).toBe(words);
  });
});
