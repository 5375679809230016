import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../../scripts/build.mjs';

const APT = pathToFileURL(join(ROOT, 'scripts/apt.mjs')).href;
const DPKG_LOCK = '/var/lib/dpkg/lock-frontend';
const LISTS_LOCK = '/var/lib/apt/lists/lock';

/**
 * A fake apt-get that fails like the real one (2.6.1) while the file `lock` exists, logs its calls, and finds the package
 * after an update of the lists. Its third call removes the lock if `freed` exists.
 */
const FAKE = `#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >> calls
if [ -e freed ] && [ "$(wc -l < calls)" -ge 3 ]; then rm -f lock; fi
if [ -e lock ] && { [ "$1" = "$(cat locked)" ]; }; then
  echo "E: Could not get lock $(cat lock). It is held by process 4711 (unattended-upgr)" >&2
  echo "E: Unable to acquire it" >&2
  exit 100
fi
if [ "$1" = update ]; then touch updated; exit 0; fi
if [ -e updated ]; then exit 0; fi
echo "E: Unable to locate package" >&2
exit 100
`;

describe('installing with apt-get while another program holds its lock', () => {
  let folder: string;
  const write = (name: string, content = '') => writeFileSync(join(folder, name), content);
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'apt-'));
    write('apt-get', FAKE);
    chmodSync(join(folder, 'apt-get'), 0o755);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  async function install(waitMs: number) {
    const script = `const { installWithApt } = await import('${APT}');
      try { console.log(await installWithApt('hello', { waitMs: ${waitMs}, pauseMs: 20 })); }
      catch (error) { console.error('FAILED', error.message); process.exitCode = 1; }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` },
    });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number]>,
    ]);
    return { stdout, stderr, code };
  }

  for (const [lock, locked] of [
    [DPKG_LOCK, 'install'],
    [LISTS_LOCK, 'update'],
  ] as const) {
    it(`installs once ${lock} is free, and reports once that it waits`, async () => {
      write('lock', lock);
      write('locked', locked);
      write('freed');
      const { stdout, stderr, code } = await install(30_000);
      expect(stderr.match(/Waiting for/g)).toHaveLength(1);
      expect(stderr).toContain(
        `Waiting for ${lock} (held by process 4711 (unattended-upgr)), for at most 30 s`,
      );
      expect(stdout.trim()).toBe('true');
      expect(code).toBe(0);
      expect(existsSync(join(folder, 'updated'))).toBe(true);
      expect(calls().at(-1)).toMatch(/^install .*\bhello -o DPkg::Lock::Timeout=(29|30)$/);
    });

    it(`fails and names ${lock} if it is never released`, async () => {
      write('lock', lock);
      write('locked', locked);
      const { stdout, stderr, code } = await install(300);
      expect(stderr).toContain(
        `FAILED Cannot install hello: ${lock} (held by process 4711 (unattended-upgr)) was not released within 0.3 s.`,
      );
      expect(stdout).toBe('');
      expect(code).toBe(1);
    });
  }
});
