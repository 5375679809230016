import { describe, expect, it } from 'vitest';
import { languageName } from '../../../src/ui/format';

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
