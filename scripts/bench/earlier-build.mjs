import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../build.mjs';
import { compressFolder } from '../compress.mjs';
import { lock } from '../lock.mjs';

const BUILDS = join(ROOT, '.cache/builds');
const run = promisify(execFile);

/**
 * The app of a commit, built once with the packages of its own lock file and kept in `.cache/builds`. Its files are compressed
 * beforehand as those of today's build are, so that both are served alike. Rejects where git does not have the commit.
 *
 * @param {string} commit
 * @returns {Promise<string>} its folder
 */
export async function ensureEarlierBuild(commit) {
  const kept = join(BUILDS, commit);
  await mkdir(BUILDS, { recursive: true });
  const release = await lock(join(BUILDS, `${commit}.lock`));
  const work = await mkdtemp(join(BUILDS, `${commit}-`));
  try {
    if (await stat(kept).catch(() => undefined)) return kept;
    console.error(`Building the app of ${commit} ...`);
    const archive = join(work, 'source.tar');
    await run('git', ['archive', '--output', archive, commit], { cwd: ROOT });
    await run('tar', ['-xf', archive], { cwd: work });
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: work });
    await run('npm', ['run', 'build'], { cwd: work });
    await compressFolder(join(work, 'dist'));
    await rename(join(work, 'dist'), kept);
    return kept;
  } finally {
    await rm(work, { recursive: true, force: true });
    await release();
  }
}
