import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { catalogues, type CatalogueName } from '../../../src/paraglide/catalogues';
import { TEXTS } from '../../../src/app/pages/pages';

const SRC = fileURLToPath(new URL('../../../src', import.meta.url));
const PAGES = join(SRC, 'app/pages');
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;
const TYPE_IMPORT = /\b(?:import|export) type [^;]+;/g;

const catalogueOf = new Map<string, CatalogueName>();
for (const name of Object.keys(catalogues.en) as CatalogueName[])
  for (const key of Object.keys(await catalogues.en[name]())) catalogueOf.set(key, name);

function resolve(from: string, address: string): string | undefined {
  const path = join(dirname(from), address);
  return [path, `${path}.ts`, `${path}.svelte`, join(path, 'index.ts')].find(
    (file) => /\.(ts|svelte)$/.test(file) && existsSync(file),
  );
}

/** The catalogues of all messages in the code that `entry` imports, but for pages that it opens and the sheet, which fetches its own. */
function spokenFrom(entry: string): Set<CatalogueName> {
  const found = new Set<CatalogueName>();
  const files = new Set([entry]);
  for (const file of files) {
    const text = readFileSync(file, 'utf8').replaceAll(TYPE_IMPORT, '');
    for (const [, key] of text.matchAll(/\bm\.(\w+)/g)) found.add(catalogueOf.get(key!)!);
    for (const [, address] of text.matchAll(IMPORT)) {
      const next = resolve(file, address!);
      if (next && !/-page\.ts$|ShortcutSheet\.svelte$|\/harness\//.test(next)) files.add(next);
    }
  }
  return found;
}

it.each(readdirSync(PAGES).filter((file) => file.endsWith('-page.ts') && file !== 'loaded-page.ts'))(
  'what %s says is in the catalogues that its page fetches',
  (file) => {
    const fetched = new Set([...TEXTS[file.replace('-page.ts', '') as keyof typeof TEXTS], 'shell']);
    expect(spokenFrom(join(PAGES, file))).toEqual(fetched);
  },
);

it.each(['main.ts', ...readdirSync(join(SRC, 'workers')).map((file) => `workers/${file}`)])(
  'what %s says is in the catalogue of the shell',
  (file) => {
    expect([...spokenFrom(join(SRC, file))]).toEqual(['shell']);
  },
);

it('what the sheet of shortcuts says is in its catalogue', () => {
  expect(spokenFrom(join(SRC, 'help/ShortcutSheet.svelte'))).toEqual(new Set(['shell', 'shortcuts']));
});
