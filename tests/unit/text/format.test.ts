import { describe, expect, it } from 'vitest';
import { chanceInWords, dataSize, languageName, scientific, speedInWords } from '../../../src/text/format';

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

describe('a size', () => {
  it.each([
    [0, '0 kB'],
    [24_300, '24 kB'],
    [999_600, '1.0 MB'],
    [3_140_000, '3.1 MB'],
    [690_000_000, '690 MB'],
    [999_960_000, '1.0 GB'],
    [10_737_400_000, '10.7 GB'],
  ])('of %d bytes is %j', (bytes, words) => {
    expect(dataSize(bytes)).toBe(words);
  });
});

describe('a probability', () => {
  it.each([
    [5.8e-70, 'less than 1 in a million billion', '5.8 × 10⁻⁷⁰'],
    [2.5e-8, '1 in 40 million', '2.5 × 10⁻⁸'],
    [0.0046, '1 in 217', '0.0046'],
    [0.3, 'more than 1 in 100: this happens by chance', '0.3'],
    [0, 'less than 1 in a million billion', '0'],
  ])('of %f is said and written', (pValue, words, figures) => {
    expect(chanceInWords(pValue)).toBe(words);
    expect(scientific(pValue)).toBe(figures);
  });
});
