import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

const POLL_MS = 200;

/**
 * Waits until no other process holds the lock, and takes it. The lock is a file with the holder's process id.
 *
 * @param {string} path
 * @returns {Promise<() => Promise<void>>} gives it back
 */
export async function lock(path) {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      if (holder > 0 && !isRunning(holder)) await rm(path, { force: true });
      await setTimeout(POLL_MS);
    }
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
