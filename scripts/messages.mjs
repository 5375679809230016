import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, '.cache/messages.stamp');

/**
 * How `messages/{locale}/{area}.json` become `src/paraglide`: for the plugin of Vite and for `compileMessages`.
 *
 * @type {import('@inlang/paraglide-js').CompilerOptions}
 */
export const PARAGLIDE = {
  project: join(ROOT, 'project.inlang'),
  outdir: join(ROOT, 'src/paraglide'),
  // src/services/locale.svelte.ts says which locale is shown.
  strategy: ['globalVariable', 'baseLocale'],
  outputStructure: 'message-modules',
  emitTsDeclarations: true,
  emitReadme: false,
};

/** Compiles the messages before types, lint and tests are checked, unless they are up to date. */
export async function compileMessages() {
  const hash = createHash('sha256').update(await readFile(join(ROOT, 'package-lock.json')));
  hash.update(JSON.stringify(PARAGLIDE));
  hash.update(await readFile(join(PARAGLIDE.project, 'settings.json')));
  const files = await readdir(join(ROOT, 'messages'), { recursive: true });
  for (const name of files.filter((file) => file.endsWith('.json')).sort())
    hash.update(await readFile(join(ROOT, 'messages', name)));
  const stamp = hash.digest('hex');
  const compiled = await stat(join(PARAGLIDE.outdir, 'messages.js')).catch(() => undefined);
  if (compiled && (await readFile(STAMP, 'utf8').catch(() => '')) === stamp) return;
  const { compile } = await import('@inlang/paraglide-js');
  await compile(PARAGLIDE);
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  await writeFile(STAMP, stamp);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileMessages();
