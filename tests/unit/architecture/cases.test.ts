import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const rows = Array.from(
  read('docs/cases.md').matchAll(/\| `(tests\/[^`]+)`: (.+?) +\|$/gm),
  ([, file, name]) => [file!, name!] as const,
);

it('the list of cases is read', () => {
  expect(rows.length).toBeGreaterThan(50);
});

it.each(rows)('%s has the test of docs/cases.md: %s', (file, name) => {
  expect(read(file)).toContain(name);
});
