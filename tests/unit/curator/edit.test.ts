import { describe, expect, it } from 'vitest';
import { faultOf, moved, replaced, tidied, untranslated, withText } from '../../../src/curator/edit';
import { firstFitting, squareOf } from '../../../src/curator/portrait';
import { DEFAULT_EXHIBIT, LIMITS, parseExhibit, formatExhibit } from '../../../src/files/exhibit';

describe('lists', () => {
  it.each([
    [0, 2, 'bca'],
    [2, 0, 'cab'],
    [1, 1, 'abc'],
    [0, -1, 'abc'],
    [0, 9, 'bca'],
  ])('are reordered: %i to %i', (from, to, expected) => {
    expect(moved([...'abc'], from, to).join('')).toBe(expected);
  });

  it('have items replaced and removed', () => {
    expect(replaced([1, 2, 3], 1, 5)).toEqual([1, 5, 3]);
    expect(replaced([1, 2, 3], 1, undefined)).toEqual([1, 3]);
  });
});

describe('what is edited', () => {
  it('loses a text that is deleted, and keeps the others', () => {
    expect(withText({ en: 'a', de: 'b' }, 'en', ' ')).toEqual({ de: 'b' });
    expect(withText(undefined, 'nl', 'c')).toEqual({ nl: 'c' });
  });

  it('is used without what was left empty', () => {
    const edited = {
      ...DEFAULT_EXHIBIT,
      prompts: [{}, { en: 'Hello.' }],
      voices: [{ id: 'joe', name: {}, line: { en: 'A man' } }],
      openingHours: [],
      heartbeat: ' ',
    };
    const used = tidied(edited);
    expect(used.prompts).toEqual([{ en: 'Hello.' }]);
    expect(used.voices).toEqual([{ id: 'joe', line: { en: 'A man' } }]);
    expect(Object.keys(used)).not.toContain('openingHours');
    expect(Object.keys(used)).not.toContain('heartbeat');
    expect(parseExhibit(formatExhibit(used))).toEqual(used);
  });

  it('cannot be used without voices, or with a heartbeat on another server', () => {
    expect(faultOf(DEFAULT_EXHIBIT)).toBeUndefined();
    expect(faultOf({ ...DEFAULT_EXHIBIT, voices: [] })).toMatchObject({ name: 'voices' });
    expect(faultOf({ ...DEFAULT_EXHIBIT, heartbeat: 'https://a.b' })).toMatchObject({ allowed: 'path' });
  });

  it('names the languages that lack a text which another has', () => {
    expect(untranslated(DEFAULT_EXHIBIT)).toEqual([]);
    const voices = [{ id: 'joe', line: { en: 'A man', de: 'Ein Mann' } }];
    expect(untranslated({ ...DEFAULT_EXHIBIT, languages: ['en', 'fr', 'de'], voices })).toEqual(['fr']);
  });
});

describe('a portrait', () => {
  it('is the square in the middle, and of an upright picture nearer to its top', () => {
    expect(squareOf(400, 300)).toEqual({ left: 50, top: 0, side: 300 });
    expect(squareOf(300, 400)).toEqual({ left: 0, top: 25, side: 300 });
  });

  it('is made smaller until it fits', () => {
    const tried: string[] = [];
    const url = firstFitting((side, quality) => {
      tried.push(`${side} ${quality}`);
      return 'x'.repeat(side > 384 ? LIMITS.portrait + 1 : 10);
    });
    expect(url).toHaveLength(10);
    expect(tried.at(-1)).toBe('384 0.85');
    expect(firstFitting(() => 'x'.repeat(LIMITS.portrait + 1))).toBeUndefined();
  });
});
