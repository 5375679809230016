import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import prettier from 'prettier';
import { createServer } from 'vite';
import { ROOT } from './build.mjs';

/*
 * Writes docs/exhibit.schema.json from the schema with which the app reads an exhibit (src/files/exhibit/schema.ts); with
 * `--check` only says whether it is up to date.
 */

const FILE = join(ROOT, 'docs/exhibit.schema.json');

/**
 * The JSON Schema of an exhibit, formatted. What JSON Schema cannot say (a field that must differ between the items of a list, a text
 * that must be visible) is left out; the app checks it.
 *
 * @param {import('valibot').GenericSchema} schema
 */
export async function describeExhibit(schema) {
  const described = toJsonSchema(schema, { target: 'draft-2020-12', ignoreActions: ['check'] });
  return prettier.format(JSON.stringify(described), { parser: 'json', printWidth: 110 });
}

async function main() {
  const server = await createServer({ root: ROOT, logLevel: 'error', server: { middlewareMode: true } });
  try {
    const { exhibitSchema } = await server.ssrLoadModule('/src/files/exhibit.ts');
    const fresh = await describeExhibit(exhibitSchema);
    const isSame = (await readFile(FILE, 'utf8').catch(() => '')) === fresh;
    if (process.argv.includes('--check')) process.exitCode = isSame ? 0 : 1;
    else await writeFile(FILE, fresh);
    console.log(`docs/exhibit.schema.json ${isSame ? 'is up to date' : 'has changed'}`);
  } finally {
    await server.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
