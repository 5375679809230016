import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 600_000;
const PAUSE_MS = 2_000;
/** apt-get's error for a lock that it could not get, with the process that holds it if known. */
const LOCKED = /^E: Could not get lock (\S+?)\.?(?:\s+It is held by (process \d+ \([^)]*\)).*)?$/;

/**
 * Installs a package with apt-get; updates apt's lists if the package is not in them.
 *
 * Waits while another program holds a lock. `DPkg::Lock::Timeout` covers dpkg's two locks; on /var/lib/apt/lists/lock and
 * /var/cache/apt/archives/lock apt-get 2.6.1 fails immediately, so it is run again.
 *
 * @param {string} name
 * @param {{ waitMs?: number, pauseMs?: number }} [options] limit for the total waiting time, and the
 *   pause before apt-get is run again
 * @returns {Promise<boolean>} whether it was installed
 * @throws {Error} if a lock was not released in time
 */
export async function installWithApt(name, { waitMs = WAIT_MS, pauseMs = PAUSE_MS } = {}) {
  const deadlineMs = performance.now() + waitMs;
  const logged = new Set();
  // To stderr, since stdout is for the caller's results; each line once, since apt-get repeats every second what it waits for.
  const log = (/** @type {string} */ line) => {
    if (!logged.has(line)) console.error(line);
    logged.add(line);
  };

  /** @param {string[]} args */
  async function run(...args) {
    for (;;) {
      const leftS = Math.max(0, Math.ceil((deadlineMs - performance.now()) / 1000));
      const { ok, lock } = await aptGet([...args, '-o', `DPkg::Lock::Timeout=${leftS}`], log);
      if (ok || !lock) return ok;
      if (performance.now() + pauseMs > deadlineMs) {
        throw new Error(`Cannot install ${name}: ${lock} was not released within ${waitMs / 1000} s.`);
      }
      log(`Waiting for ${lock}, for at most ${waitMs / 1000} s ...`);
      await sleep(pauseMs);
    }
  }

  const install = () => run('install', '-y', '--no-install-recommends', name);
  return (await install()) || ((await run('update')) && (await install()));
}

/**
 * Runs apt-get.
 *
 * @param {string[]} args
 * @param {(line: string) => void} log called with every line of its output
 * @returns {Promise<{ ok: boolean, lock: string }>} `lock`: the one that it could not get, and who holds it
 */
async function aptGet(args, log) {
  const child = spawn('apt-get', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
  let lock = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      const [, path, holder] = LOCKED.exec(line) ?? [];
      if (path) lock = holder ? `${path} (held by ${holder})` : path;
      log(line);
    });
  }
  const [code] = await once(child, 'close');
  return { ok: code === 0, lock };
}
