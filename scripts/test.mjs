import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBuilt, ROOT } from './build.mjs';
import { findChromium } from './chromium.mjs';

const CACHE = join(ROOT, '.cache');
const VITEST = 'node_modules/vitest/vitest.mjs';
const total = { passed: 0, failed: 0 };

try {
  process.env.CHROME_PATH = await findChromium();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  total.failed++;
}

await step('types of the app', [
  'node_modules/svelte-check/bin/svelte-check',
  '--tsconfig',
  'tsconfig.json',
  '--fail-on-warnings',
]);
await step('types of the tests', ['node_modules/typescript/bin/tsc', '-p', 'tests']);
await step('types of the scripts', ['node_modules/typescript/bin/tsc', '-p', 'scripts']);
await step('layers and cycles', ['scripts/layers.mjs']);
await step('eslint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']);
await step('prettier', ['node_modules/prettier/bin/prettier.cjs', '--check', '.']);
await suite('unit');
if (await built()) {
  if (process.env.CHROME_PATH) await suite('browser');
}

console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function built() {
  console.log('\n== build');
  try {
    await ensureBuilt({ log: console.log });
    total.passed++;
    return true;
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    total.failed++;
    return false;
  }
}

/**
 * A check that passes or fails as a whole.
 *
 * @param {string} name
 * @param {string[]} args
 */
async function step(name, args) {
  if (await run(name, args)) total.passed++;
  else total.failed++;
}

/**
 * A vitest project, counted test by test. A file that could not even be loaded is a failure of its own.
 *
 * @param {string} project
 */
async function suite(project) {
  const report = join(CACHE, `vitest-${project}.json`);
  await mkdir(CACHE, { recursive: true });
  await rm(report, { force: true });
  const ok = await run(`${project} tests`, [
    VITEST,
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const result = await readFile(report, 'utf8').then(JSON.parse, () => undefined);
  const passed = result?.numPassedTests ?? 0;
  const failed = (result?.numFailedTests ?? 0) + unloaded(result);
  total.passed += passed;
  total.failed += ok ? failed : Math.max(1, failed);
}

/** @param {{ testResults: { status: string, assertionResults: unknown[] }[] } | undefined} result */
function unloaded(result) {
  return (
    result?.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
      .length ?? 0
  );
}

/**
 * @param {string} name
 * @param {string[]} args
 * @returns {Promise<boolean>} whether it ended well
 */
function run(name, args) {
  console.log(`\n== ${name}`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', (error) => {
      console.log(error.message);
      resolve(false);
    });
    child.once('exit', (code) => resolve(code === 0));
  });
}
