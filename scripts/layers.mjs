import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import ts from 'typescript';
import config from '../.dependency-cruiser.mjs';
import { ROOT } from './build.mjs';
import { compileMessages } from './messages.mjs';

const SOURCES = ['src', 'workers'];
/** Files besides the sources that module resolution reads. */
const SETTINGS = ['package.json', 'tsconfig.json'];

/**
 * Breaches of .dependency-cruiser.mjs in `src` and `workers` below `root`, sorted.
 *
 * dependency-cruiser reads Svelte files after compilation, which removes type imports. So it gets a copy of the sources in which
 * each Svelte file imports the same modules by value.
 *
 * @param {string} root
 * @returns {Promise<{ rule: string, from: string, to: string }[]>}
 */
export async function findBreaches(root) {
  const folder = await mkdtemp(join(tmpdir(), 'layers-'));
  try {
    for (const name of [...SOURCES, ...SETTINGS])
      await cp(join(root, name), join(folder, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const name of await readdir(join(folder, 'src'), { recursive: true })) {
      if (name.endsWith('.svelte')) await keepTypeImports(join(folder, 'src', name));
    }
    const { output } = await cruise(
      SOURCES,
      { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true, baseDir: folder },
      undefined,
      { tsConfig: extractTSConfig(join(folder, 'tsconfig.json')) },
    );
    if (typeof output === 'string') throw new Error(output);
    return output.summary.violations
      .map(({ rule, from, to, cycle }) => ({
        rule: rule.name,
        from,
        to: cycle ? cycle.map(({ name }) => name).join(' -> ') : to,
      }))
      .sort((a, b) => `${a.rule} ${a.from}`.localeCompare(`${b.rule} ${b.from}`));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {string} file */
async function keepTypeImports(file) {
  const source = await readFile(file, 'utf8');
  const kept = source.replace(/(<script\b[^>]*>)([^]*?)<\/script>/g, (whole, tag, script) => {
    const { statements } = ts.createSourceFile(file, script, ts.ScriptTarget.Latest, true);
    const imports = statements.filter(ts.isImportDeclaration).map((each) => each.moduleSpecifier.getText());
    return whole.replace(tag, tag + imports.map((name) => `import ${name};`).join(''));
  });
  await writeFile(file, kept);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await compileMessages();
  const breaches = await findBreaches(ROOT);
  for (const { rule, from, to } of breaches) console.log(`${rule}: ${from} -> ${to}`);
  console.log(`${breaches.length} breaches of the layers`);
  process.exitCode = breaches.length > 0 ? 1 : 0;
}
