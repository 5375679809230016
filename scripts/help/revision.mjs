import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The commit that is built, with `+` where files have been changed since; '' outside of a repository or without git. */
export function revision() {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--exclude=*', '--dirty=+'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : '';
}
