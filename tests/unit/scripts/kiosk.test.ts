import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const KIOSK = fileURLToPath(new URL('../../../scripts/kiosk', import.meta.url));
const DEPLOY = fileURLToPath(new URL('../../../docs/deploy.md', import.meta.url));
const APP = ['assets/app.js', 'assets/app.js.br', 'index.html', 'models/a.voice'];
const TARGET = [
  'browser.sh',
  'kiosk.conf',
  'packages.txt',
  'policies.json',
  'understudy-kiosk.service',
  'understudy-night.service',
  'understudy-night.timer',
  'understudy-server.service',
  'understudy-server.socket',
  'xkb-rules',
  'xkb-symbols',
  'xorg.conf',
];
const RELEASE = [
  'SHA256SUMS',
  ...APP.map((name) => `app/${name}`),
  'install.sh',
  'server/files.mjs',
  'server/headers.mjs',
  'server/kiosk/server.mjs',
  ...TARGET.map((name) => `target/${name}`),
];
/** What docs/deploy.md says is installed, besides the releases. */
const INSTALLED = [
  'etc/X11/xorg.conf.d/90-understudy.conf',
  'etc/chromium/policies/managed/understudy.json',
  'etc/systemd/system/understudy-kiosk.service',
  'etc/systemd/system/understudy-night.service',
  'etc/systemd/system/understudy-night.timer',
  'etc/systemd/system/understudy-server.service',
  'etc/systemd/system/understudy-server.socket',
  'etc/understudy/kiosk.conf',
  'usr/share/X11/xkb/rules/understudy',
  'usr/share/X11/xkb/symbols/understudy',
];

let folder: string;
let stick: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy kiosk '));
  stick = join(folder, 'stick/understudy');
  root = join(folder, 'root');
  for (const name of ['dist/assets', 'dist/models', 'stick', 'root'])
    await mkdir(join(folder, name), { recursive: true });
  for (const name of APP) await writeFile(join(folder, 'dist', name), name);
  await utimes(join(folder, 'dist/assets/app.js'), 1000, 1000);
  await utimes(join(folder, 'dist/assets/app.js.br'), 1000, 1001);
});

afterEach(() => rm(folder, { recursive: true }));

const run = (script: string, ...args: string[]) =>
  promisify(execFile)('sh', [script, ...args], {
    env: { ...process.env, DIST: join(folder, 'dist') },
  });
const makeStick = (...args: string[]) => run(join(KIOSK, 'make-stick.sh'), join(folder, 'stick'), ...args);
const install = (...args: string[]) => run(join(stick, 'install.sh'), '--root', root, ...args);
const current = (path: string) => join(root, 'opt/understudy/current', path);

async function files(at: string): Promise<string[]> {
  const entries = await readdir(at, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(at.length + 1))
    .sort();
}

describe('the stick', () => {
  it('holds the app, the server and what the kiosk needs, each with its sum', async () => {
    await makeStick();
    expect(await files(stick)).toEqual([...RELEASE].sort());
    const lines = (await readFile(join(stick, 'SHA256SUMS'), 'utf8')).trim().split('\n');
    const expected = [];
    for (const name of RELEASE.filter((each) => each !== 'SHA256SUMS')) {
      const sum = createHash('sha256').update(await readFile(join(stick, name)));
      expected.push(`${sum.digest('hex')}  ./${name}`);
    }
    expect(lines.sort()).toEqual(expected.sort());
  });

  it('is not made without a build', async () => {
    await rm(join(folder, 'dist'), { recursive: true });
    await expect(makeStick()).rejects.toMatchObject({
      stderr: expect.stringContaining('npm run build') as string,
    });
  });
});

describe('the installation', () => {
  it('writes the documented files', async () => {
    await makeStick();
    await install();
    expect((await files(root)).filter((name) => !name.startsWith('opt/'))).toEqual(INSTALLED);
    expect(await files(current('.'))).toEqual([...RELEASE].sort());
    expect(await readFile(join(root, 'etc/chromium/policies/managed/understudy.json'), 'utf8')).toBe(
      await readFile(join(KIOSK, 'target/policies.json'), 'utf8'),
    );
  });

  it('keeps the times by which the server chooses compressed versions', async () => {
    await makeStick();
    await install();
    const { mtimeMs } = await stat(current('app/assets/app.js'));
    expect((await stat(current('app/assets/app.js.br'))).mtimeMs).toBeGreaterThanOrEqual(mtimeMs);
    expect(mtimeMs).toBe(1_000_000);
  });

  it('refuses a damaged or incomplete stick and changes nothing', async () => {
    await makeStick();
    await install();
    const before = await readlink(join(root, 'opt/understudy/current'));
    await makeStick();
    await appendFile(join(stick, 'app/models/a.voice'), '!');
    await expect(install()).rejects.toMatchObject({ stderr: expect.stringContaining('a.voice') as string });
    await makeStick();
    await rm(join(stick, 'app/index.html'));
    await expect(install()).rejects.toMatchObject({
      stderr: expect.stringContaining('index.html') as string,
    });
    expect(await readlink(join(root, 'opt/understudy/current'))).toBe(before);
    expect(await readdir(join(root, 'opt/understudy/releases'))).toHaveLength(1);
  });

  it('leaves out what somebody has put on the stick beside it', async () => {
    await makeStick();
    await writeFile(join(stick, 'app/._index.html'), 'written by another system');
    await install();
    expect(await files(current('.'))).toEqual([...RELEASE].sort());
  });

  it('updates, keeps exhibit, settings and the version before, and goes back and forth', async () => {
    const exhibit = join(folder, 'exhibit.json');
    await writeFile(exhibit, '{}');
    await makeStick('--exhibit', exhibit);
    await install();
    await writeFile(join(root, 'etc/understudy/kiosk.conf'), 'VOLUME=0.3\n');
    for (const version of ['second', 'third']) {
      await writeFile(join(folder, 'dist/index.html'), version);
      await makeStick();
      await install();
    }
    const page = () => readFile(current('app/index.html'), 'utf8');
    expect(await page()).toBe('third');
    expect(await readFile(current('app/exhibit.json'), 'utf8')).toBe('{}');
    expect(await readFile(join(root, 'etc/understudy/kiosk.conf'), 'utf8')).toBe('VOLUME=0.3\n');
    expect(await readdir(join(root, 'opt/understudy/releases'))).toHaveLength(2);
    await run(current('install.sh'), '--back', '--root', root);
    expect(await page()).toBe('second');
    await run(current('install.sh'), '--back', '--root', root);
    expect(await page()).toBe('third');
  });

  it('says so if there is no version to go back to', async () => {
    await makeStick();
    await install();
    await install();
    await expect(install('--back')).rejects.toMatchObject({
      stderr: expect.stringContaining('No version') as string,
    });
  });

  it('is removed but for the settings', async () => {
    await makeStick();
    await install();
    await install('--uninstall');
    expect(await files(root)).toEqual(['etc/understudy/kiosk.conf']);
  });
});

describe('docs/deploy.md', () => {
  it.each(TARGET.filter((name) => /^understudy-|policies|kiosk\.conf/.test(name)))(
    'shows %s as it is',
    async (name) => {
      const file = await readFile(join(KIOSK, 'target', name), 'utf8');
      expect(await readFile(DEPLOY, 'utf8')).toContain(`\n${file}\`\`\`\n`);
    },
  );

  it('names the packages of packages.txt', async () => {
    const packages = (await readFile(join(KIOSK, 'target/packages.txt'), 'utf8')).trim().split('\n');
    expect(await readFile(DEPLOY, 'utf8')).toContain(`--no-install-recommends ${packages.join(' ')}\n`);
  });

  it('names all that is installed', async () => {
    const text = await readFile(DEPLOY, 'utf8');
    for (const name of INSTALLED.filter((each) => !/systemd|symbols/.test(each)))
      expect(text).toContain(`/${name}`);
  });
});

describe('the parts on the kiosk', () => {
  it('name the same address', async () => {
    const read = (name: string) => readFile(join(KIOSK, 'target', name), 'utf8');
    const [, host] = /ListenStream=(.*)/.exec(await read('understudy-server.socket')) ?? [];
    const policies = JSON.parse(await read('policies.json')) as Record<string, unknown>;
    for (const name of ['AudioCaptureAllowedUrls', 'AutoplayAllowlist', 'URLAllowlist'])
      expect(policies[name]).toEqual([`http://${host}`]);
    expect(policies['NewTabPageLocation']).toBe(`http://${host}/#/kiosk`);
    expect(await read('browser.sh')).toContain(`'http://${host}/#/kiosk'`);
  });
});
