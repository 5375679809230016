import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 600_000;
const PAUSE_MS = 2_000;
/** The error apt-get ends with when it did not get a lock; it names the holder where it can tell. */
const LOCKED = /^E: Could not get lock (\S+?)\.?(?:\s+It is held by (process \d+ \([^)]*\)).*)?$/;

/**
 * Installs a package with apt-get, and updates apt's lists if they do not have it.
 *
 * While another program holds a lock this waits. `DPkg::Lock::Timeout` covers dpkg's own two locks; on
 * /var/lib/apt/lists/lock and /var/cache/apt/archives/lock apt-get 2.6.1 gives up at once, so it is run again.
 *
 * @param {string} name
 * @param {{ waitMs?: number, pauseMs?: number }} [options] how long all waiting together may last, and the
 *   pause before apt-get is run again
 * @returns {Promise<boolean>} whether it was installed
 * @throws {Error} if a lock did not come free in time
 */
export async function installWithApt(name, { waitMs = WAIT_MS, pauseMs = PAUSE_MS } = {}) {
  const deadlineMs = performance.now() + waitMs;
  const said = new Set();
  // On stderr, since stdout belongs to the results of whoever needs the package; each line once, since apt-get
  // repeats what it waits for every second.
  const say = (/** @type {string} */ line) => {
    if (!said.has(line)) console.error(line);
    said.add(line);
  };

  /** @param {string[]} args */
  async function run(...args) {
    for (;;) {
      const leftS = Math.max(0, Math.ceil((deadlineMs - performance.now()) / 1000));
      const { ok, lock } = await aptGet([...args, '-o', `DPkg::Lock::Timeout=${leftS}`], say);
      if (ok || !lock) return ok;
      if (performance.now() + pauseMs > deadlineMs) {
        throw new Error(`Cannot install ${name}: ${lock} did not come free in ${waitMs / 1000} s.`);
      }
      say(`Waiting for ${lock}, for ${waitMs / 1000} s at most ...`);
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
 * @param {(line: string) => void} say gets every line of it
 * @returns {Promise<{ ok: boolean, lock: string }>} `lock`: the one it did not get, and who holds it
 */
async function aptGet(args, say) {
  const child = spawn('apt-get', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
  let lock = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      const [, path, holder] = LOCKED.exec(line) ?? [];
      if (path) lock = holder ? `${path} (held by ${holder})` : path;
      say(line);
    });
  }
  const [code] = await once(child, 'close');
  return { ok: code === 0, lock };
}
