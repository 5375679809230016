import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/chromium.mjs';

export interface Killable {
  page: Page;
  /** Kills every process of this Chromium, as a crash or a power cut does. */
  kill(): Promise<void>;
}

/** A Chromium in its own process group, with a profile that persists. `args`: further arguments for it. */
export async function openKillable(
  profile: string,
  url: string,
  args: readonly string[] = [],
): Promise<Killable> {
  const portFile = join(profile, 'DevToolsActivePort');
  await rm(portFile, { force: true });
  await rm(join(profile, 'SingletonLock'), { force: true });
  const child = spawn(
    await findChromium(),
    [
      '--headless=new',
      ...CHROMIUM_ARGS,
      ...args,
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: 'ignore', detached: true },
  );
  const port = await portOf(portFile);
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  const page = await browser.contexts()[0]!.newPage();
  await page.goto(url);
  return {
    page,
    async kill() {
      const ended = once(child, 'exit');
      process.kill(-child.pid!, 'SIGKILL');
      await ended;
      await browser.close().catch(() => undefined);
    },
  };
}

async function portOf(file: string): Promise<string> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const [port] = text.split('\n');
    if (port) return port;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('Chromium did not report its debugging port.');
}
