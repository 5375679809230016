import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pseudo } from '../../../scripts/pseudo.mjs';

type Variants = { declarations?: string[]; selectors?: string[]; match: Record<string, string> };
type Messages = Record<string, string | Variants[]>;

const areas = readdirSync('messages/en');

function read(locale: string): Messages {
  const files = areas.map(
    (area) => JSON.parse(readFileSync(`messages/${locale}/${area}`, 'utf8')) as Messages,
  );
  const all = files.flatMap((file) => Object.entries(file).filter(([key]) => key !== '$schema'));
  return Object.fromEntries(all);
}

const texts = (message: string | Variants[]) =>
  typeof message === 'string' ? [message] : message.flatMap(({ match }) => Object.values(match));

/** The names in braces that every variant of a message may use. */
const placeholders = (message: string | Variants[]) =>
  [...new Set(texts(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

describe('messages', () => {
  const english = read('en');

  it('have one file an area, in every language', () => {
    for (const locale of ['de', 'nl', 'fr', 'es']) expect(readdirSync(`messages/${locale}`)).toEqual(areas);
  });

  it.each(['de', 'nl', 'fr', 'es'])('are all there in %s, with the same placeholders', (locale) => {
    const others = read(locale);
    expect(Object.keys(others).sort()).toEqual(Object.keys(english).sort());
    const differing = Object.keys(english).filter(
      (key) => placeholders(english[key]!).join() !== placeholders(others[key]!).join(),
    );
    expect(differing).toEqual([]);
  });

  it.each(['en', 'de', 'nl', 'fr', 'es'])('say something in %s, without spaces around it', (locale) => {
    const odd = Object.entries(read(locale)).filter(([, message]) =>
      texts(message).some((text) => text === '' || text !== text.trim() || /\{\s|\s\}|[^.]\.\.$/.test(text)),
    );
    expect(odd.map(([key]) => key)).toEqual([]);
  });

  it('are all used', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
      (path) => /\.(ts|svelte)$/.test(path) && !path.startsWith('paraglide'),
    );
    const used = new Set(
      sources.flatMap((path) =>
        [...readFileSync(join('src', path), 'utf8').matchAll(/\bm\.(\w+)/g)].map(([, key]) => key),
      ),
    );
    expect(Object.keys(english).filter((key) => !used.has(key))).toEqual([]);
  });

  it('have no-break spaces in French before : ; ! ? and inside of « »', () => {
    const odd = Object.entries(read('fr')).filter(([, message]) =>
      texts(message).some((text) => /[^\u00a0][;!?»]| :|«[^\u00a0]/.test(text)),
    );
    expect(odd.map(([key]) => key)).toEqual([]);
  });

  it('can be made up for tests of layout: a third longer, with the same placeholders', () => {
    expect(pseudo('Keep {name}')).toBe('⟦Kéêéêp {name}⟧');
    const all = Object.values(english).flatMap(texts);
    const length = (some: string[]) => some.join('').length;
    expect(length(all.map(pseudo)) / length(all)).toBeGreaterThan(1.3);
    for (const text of all) expect(placeholders(pseudo(text))).toEqual(placeholders(text));
  });
});
