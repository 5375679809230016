import { describe, expect, it } from 'vitest';
import { languageName } from '../../../src/ui/format';

describe('the name of a language', () => {
  it.each([
    ['de', new Intl.DisplayNames(undefined, { type: 'language' }).of('de')],
    ['', ''],
    // Unknown, and no code at all: both throw or come back as they are, by the browser.
    ['qxx', 'qxx'],
    ['not a code', 'not a code'],
  ])('of %j is %j', (code, name) => {
    expect(languageName(code)).toBe(name);
  });
});
