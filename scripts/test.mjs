import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runFirefox } from './browsers/firefox.mjs';
import { runOrSkip } from './browsers/run.mjs';
import { runWebkit } from './browsers/webkit.mjs';
import { ensureBuilt, ROOT } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { compileMessages } from './messages.mjs';

const CACHE = join(ROOT, '.cache');
const VITEST = 'node_modules/vitest/vitest.mjs';
const LIVE = 'tests/browser/live.test.ts';
const total = { passed: 0, failed: 0 };
/** @type {string[]} what failed, named once more at the end of an output of thousands of lines */
const failures = [];

try {
  process.env.CHROME_PATH = await findChromium();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  fails('Chromium');
}

await compileMessages();
await inPairs([
  ['eslint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']],
  ['types of the app', ['node_modules/svelte-check/bin/svelte-check', '--fail-on-warnings']],
  ['types of the tests', ['node_modules/typescript/bin/tsc', '-p', 'tests']],
  ['types of the scripts', ['node_modules/typescript/bin/tsc', '-p', 'scripts']],
  ['prettier', ['node_modules/prettier/bin/prettier.cjs', '--check', '.']],
  ['layers and cycles', ['scripts/layers.mjs']],
]);
await suite('unit', 'unit');
if (await built()) {
  if (process.env.CHROME_PATH) {
    await inPairs([['scripts before the engine', ['scripts/size.mjs']]]);
    await suite('browser', 'browser', '--exclude', LIVE);
    // Sound in real time, alone.
    await suite('browser', 'live', LIVE);
    await inPairs([
      ['soak of the kiosk', ['scripts/soak-kiosk.mjs', '--visits', '60', '--kiosks', '3', '--within', '300']],
    ]);
  }
  await otherBrowser('WebKit', runWebkit);
  await otherBrowser('Firefox', runFirefox);
}

for (const name of failures) console.log(`failed: ${name}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function built() {
  console.log('\n== build');
  try {
    await ensureBuilt({ log: console.log });
    await ensureBuilt({ harness: true, log: console.log });
    await ensureBuilt({ pseudo: true, log: console.log });
    total.passed++;
    return true;
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    fails('build');
    return false;
  }
}

/**
 * The main jobs of the app in a browser, counted job by job; skipped where the browser is missing.
 *
 * @param {string} name
 * @param {() => Promise<{ passed: number, failed: number }>} jobs
 */
async function otherBrowser(name, jobs) {
  console.log(`\n== ${name}`);
  const { passed, failed } = await runOrSkip(name, jobs);
  total.passed += passed;
  if (failed > 0) fails(name, failed);
}

/**
 * @param {string} name
 * @param {number} count
 */
function fails(name, count = 1) {
  total.failed += count;
  failures.push(name);
}

/**
 * Checks that pass or fail as a whole, two at a time; each prints when it has ended.
 *
 * @param {[name: string, args: string[]][]} checks
 */
async function inPairs(checks) {
  const waiting = [...checks];
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const { ok, output } = await run(check[1], 'pipe');
      console.log(`\n== ${check[0]}\n${output.trim()}`);
      if (ok) total.passed++;
      else fails(check[0]);
    }
  };
  await Promise.all([work(), work()]);
}

/**
 * Tests of a vitest project, counted test by test. A file that could not even be loaded is a failure of its own.
 *
 * @param {string} project
 * @param {string} name
 * @param {string[]} filters further arguments of vitest
 */
async function suite(project, name, ...filters) {
  console.log(`\n== ${name} tests`);
  const report = join(CACHE, `vitest-${name}.json`);
  await mkdir(CACHE, { recursive: true });
  await rm(report, { force: true });
  const { ok } = await run(
    [
      VITEST,
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...filters,
    ],
    'inherit',
  );
  const result = await readFile(report, 'utf8').then(JSON.parse, () => undefined);
  total.passed += result?.numPassedTests ?? 0;
  const failed = failedTests(result);
  for (const test of failed) fails(test);
  if (!ok && failed.length === 0) fails(`${name} tests`);
}

/**
 * @param {{ testResults: { name: string, status: string, assertionResults: { status: string, fullName: string }[] }[] } | undefined} result
 * @returns {string[]} the failed tests, and the files that could not be loaded
 */
function failedTests(result) {
  return (result?.testResults ?? []).flatMap(({ name, status, assertionResults }) => {
    const file = relative(ROOT, name);
    if (status === 'failed' && assertionResults.length === 0) return [file];
    return assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => `${file}: ${test.fullName}`);
  });
}

/**
 * @param {string[]} args of Node
 * @param {'pipe' | 'inherit'} output
 * @returns {Promise<{ ok: boolean, output: string }>} whether it ended well, and what it printed into the pipe
 */
function run(args, output) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', output, output] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (printed += text));
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => resolve({ ok: code === 0, output: printed }));
  });
}
