import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, '.cache/messages.stamp');
/** The language in which every message is written first. */
const BASE = 'en';
const SHELLS_TYPES = `import type { Catalogue } from './catalogues';
import type { Locale } from './runtime';
export const english: Catalogue;
export const shells: Readonly<Record<Locale, () => Promise<Catalogue>>>;
`;
/** Plural rules. */
const REGISTRY = "import * as registry from '../registry.js';\n\n";

/** Areas whose texts every page needs; they are one catalogue, `shell`. Each other area is a catalogue of its own. */
const SHELL = ['app', 'browser', 'lower', 'offline', 'text', 'ui'];

/**
 * How paraglide makes functions of `messages/{locale}/{area}.json`.
 *
 * @type {import('@inlang/paraglide-js').CompilerOptions}
 */
export const PARAGLIDE = {
  project: join(ROOT, 'project.inlang'),
  outdir: join(ROOT, 'src/paraglide'),
  // src/services/locale.svelte.ts says which locale is shown.
  strategy: ['globalVariable', 'baseLocale'],
  outputStructure: 'locale-modules',
  emitReadme: false,
};

/** Compiles the messages before types, lint and tests are checked, unless they are up to date. */
export async function compileMessages() {
  const hash = createHash('sha256').update(await readFile(join(ROOT, 'package-lock.json')));
  hash.update(await readFile(fileURLToPath(import.meta.url)));
  hash.update(await readFile(join(PARAGLIDE.project, 'settings.json')));
  const files = await readdir(join(ROOT, 'messages'), { recursive: true });
  for (const name of files.filter((file) => file.endsWith('.json')).sort())
    hash.update(await readFile(join(ROOT, 'messages', name)));
  const stamp = hash.digest('hex');
  const compiled = await stat(join(PARAGLIDE.outdir, 'catalogues.js')).catch(() => undefined);
  if (compiled && (await readFile(STAMP, 'utf8').catch(() => '')) === stamp) return;
  await compileInto(PARAGLIDE.outdir, PARAGLIDE.project, join(ROOT, 'messages'));
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  await writeFile(STAMP, stamp);
}

/**
 * Writes the texts of each area in each language as a module of its own, `catalogues/{name}.{locale}.js`, and what imports them when they are
 * asked for: `catalogues.js` for pages, each of which needs few of them, `shells.js` for workers. Of paraglide's other modules the runtime is kept.
 *
 * @param {string} outdir
 * @param {string} project
 * @param {string} messages folder of the languages
 */
export async function compileInto(outdir, project, messages) {
  const { compile } = await import('@inlang/paraglide-js');
  await compile({ ...PARAGLIDE, project, outdir });
  const { locales } = JSON.parse(await readFile(join(project, 'settings.json'), 'utf8'));
  const byName = await readMessages(join(messages, BASE));
  const names = [...new Set([...byName.values()].map(({ catalogue }) => catalogue))].sort();
  const folder = join(outdir, 'catalogues');
  await mkdir(folder);
  for (const locale of locales) {
    const file = join(outdir, 'messages', `${locale}.js`);
    const functions = (await readFile(file, 'utf8')).split(/\n\n(?=export const )/).slice(1);
    for (const name of names) {
      const own = functions.filter(
        (text) => byName.get(/^export const (\w+)/.exec(text)?.[1] ?? '')?.catalogue === name,
      );
      const registry = own.some((text) => text.includes('registry.')) ? REGISTRY : '';
      await writeFile(join(folder, `${name}.${locale}.js`), `${registry}${own.join('\n\n')}\n`);
    }
  }
  for (const unused of ['messages', 'messages.js', 'server.js'])
    await rm(join(outdir, unused), { recursive: true });
  await writeFile(join(outdir, 'runtime.d.ts'), runtimeTypes(locales));
  await writeFile(join(outdir, 'shells.js'), shellsOf(locales));
  await writeFile(join(outdir, 'shells.d.ts'), SHELLS_TYPES);
  await writeFile(join(outdir, 'catalogues.js'), importsOf(locales, names));
  await writeFile(join(outdir, 'catalogues.d.ts'), typesOf(names, byName));
}

/**
 * Compiles the messages again when they change while the app is developed.
 *
 * @returns {import('vite').Plugin}
 */
export function messages() {
  const folder = join(ROOT, 'messages');
  return {
    name: 'messages',
    apply: 'serve',
    configureServer({ watcher }) {
      watcher.add(folder);
      watcher.on('change', (file) => void (file.startsWith(folder) && compileMessages()));
    },
  };
}

/**
 * @typedef {{ catalogue: string, inputs: string[] }} Message `inputs`: what is put into its braces
 *
 * @param {string} folder of a language
 * @returns {Promise<Map<string, Message>>} by name
 */
async function readMessages(folder) {
  const messages = new Map();
  for (const file of await readdir(folder)) {
    const area = file.replace('.json', '');
    const catalogue = SHELL.includes(area) ? 'shell' : area;
    for (const [key, message] of Object.entries(JSON.parse(await readFile(join(folder, file), 'utf8')))) {
      if (key === '$schema') continue;
      const inputs = Array.from(
        JSON.stringify(message).matchAll(/\{(\w+)\}|"input (\w+)"/g),
        ([, inText, declared]) => inText ?? declared,
      );
      messages.set(key, { catalogue, inputs: [...new Set(inputs)] });
    }
  }
  return messages;
}

/** English is with the code of the workers. @param {string[]} locales */
function shellsOf(locales) {
  const lines = locales.map((locale) =>
    locale === BASE
      ? `  ${locale}: () => Promise.resolve(english),`
      : `  '${locale}': () => import('./catalogues/shell.${locale}.js'),`,
  );
  return [
    `import * as english from './catalogues/shell.${BASE}.js';`,
    'export { english };',
    'export const shells = {',
    ...lines,
    '};',
    '',
  ].join('\n');
}

/** @param {string[]} locales @param {string[]} names */
function importsOf(locales, names) {
  const lines = locales.map((locale) => {
    const imports = names.map((name) => `${name}: () => import('./catalogues/${name}.${locale}.js')`);
    return `  '${locale}': { ${imports.join(', ')} },`;
  });
  return `export const catalogues = {\n${lines.join('\n')}\n};\n`;
}

/** @param {string[]} locales */
function runtimeTypes(locales) {
  return [
    `export type Locale = ${locales.map((locale) => `'${locale}'`).join(' | ')};`,
    'export function getLocale(): Locale;',
    'export function overwriteGetLocale(getLocale: () => Locale): void;',
    'export function isLocale(locale: unknown): locale is Locale;',
    '',
  ].join('\n');
}

/** @param {string[]} names @param {Map<string, Message>} byName */
function typesOf(names, byName) {
  const messages = Array.from(byName, ([key, { inputs }]) => {
    const inputsType =
      inputs.length > 0 ? `{ ${inputs.map((name) => `${name}: Input`).join('; ')} }` : 'object';
    return `  readonly ${key}: (inputs${inputs.length > 0 ? '' : '?'}: ${inputsType}, options?: Options) => string;`;
  });
  return [
    "import type { Locale } from './runtime';",
    `export type CatalogueName = ${names.map((name) => `'${name}'`).join(' | ')};`,
    '/** The texts of a language by the names of their messages. */',
    'export type Catalogue = Readonly<Record<string, (inputs: object) => string>>;',
    'export const catalogues: Readonly<Record<Locale, Readonly<Record<CatalogueName, () => Promise<Catalogue>>>>>;',
    'type Input = NonNullable<unknown>;',
    'type Options = { locale?: Locale };',
    'export interface Messages {',
    ...messages,
    '}',
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileMessages();
