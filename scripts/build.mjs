import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lock } from './lock.mjs';
import { compileMessages } from './messages.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const DIST = join(ROOT, 'dist');
const CACHE = join(ROOT, '.cache');
/** The same app with the harness, by which scripts drive it; never published. */
export const HARNESS_DIST = join(CACHE, 'harness-dist');
/** The same app with a made-up language, for tests of layout (scripts/pseudo.mjs); never published. */
export const PSEUDO_DIST = join(CACHE, 'pseudo-dist');
const RELEASE = { dist: DIST, mode: 'production', name: 'dist', about: 'the app' };
const HARNESS = { dist: HARNESS_DIST, mode: 'harness', name: 'harness-dist', about: 'the app for scripts' };
const PSEUDO = {
  dist: PSEUDO_DIST,
  mode: 'pseudo',
  name: 'pseudo-dist',
  about: 'the app for tests of layout',
};
const SOURCES = [
  'index.html',
  'docs/deploy.md',
  'docs/help',
  'docs/museum.md',
  'messages',
  'project.inlang/settings.json',
  'package-lock.json',
  'vite.config.ts',
  'svelte.config.js',
  'scripts/compress.mjs',
  'scripts/files.mjs',
  'scripts/headers.mjs',
  'scripts/help',
  'scripts/licences.mjs',
  'scripts/messages.mjs',
  'scripts/offline.mjs',
  'scripts/pseudo.mjs',
  'src',
  'workers',
  'public',
  'models/published',
];

/**
 * Builds the release (`dist`), or with `harness` the build for scripts (HARNESS_DIST), or with `pseudo` that for tests of layout (PSEUDO_DIST),
 * unless it is up to date.
 *
 * The new build replaces the old one at the end, so that a server of it never sees a partial build.
 *
 * @param {{ harness?: boolean, pseudo?: boolean, log?: (line: string) => void }} [options]
 */
export async function ensureBuilt({
  harness = false,
  pseudo = false,
  log = (line) => console.error(line),
} = {}) {
  await mkdir(CACHE, { recursive: true });
  const release = await lock(join(CACHE, 'build.lock'));
  try {
    await buildUnlessDone(harness ? HARNESS : pseudo ? PSEUDO : RELEASE, log);
  } finally {
    await release();
  }
}

/**
 * @param {typeof RELEASE} build
 * @param {(line: string) => void} log
 */
async function buildUnlessDone({ dist, mode, name, about }, log) {
  const stampFile = join(CACHE, `${name}.stamp`);
  await compileMessages();
  const stamp = await describeSources();
  const built = await stat(join(dist, 'index.html')).catch(() => undefined);
  if (built && (await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return;
  log(`Building ${about} ...`);
  const fresh = join(CACHE, `${name}-${process.pid}`);
  const old = join(CACHE, `old-${process.pid}`);
  try {
    await run(process.execPath, [
      join(ROOT, 'node_modules/vite/bin/vite.js'),
      'build',
      '--mode',
      mode,
      '--outDir',
      fresh,
      '--emptyOutDir',
      '--logLevel',
      'warn',
    ]);
    await rename(dist, old).catch(() => undefined);
    await rename(fresh, dist);
    await writeFile(stampFile, stamp);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** Hash of the names, sizes and modification times of everything a build reads. */
async function describeSources() {
  const hash = createHash('sha256');
  for (const source of SOURCES) await describe(join(ROOT, source), hash);
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @param {import('node:crypto').Hash} hash
 */
async function describe(path, hash) {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    for (const name of (await readdir(path)).sort()) await describe(join(path, name), hash);
  } else if (found) {
    hash.update(`${path} ${found.size} ${found.mtimeMs}\n`);
  }
}

/**
 * Runs a command whose output goes to stderr; rejects when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<void>}
 */
function run(command, args) {
  return new Promise((resolve, reject) => {
    // Vitest sets NODE_ENV to `test`, with which Vite would build for development.
    const env = { ...process.env, NODE_ENV: 'production' };
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error('The build failed; see above.')),
    );
  });
}
