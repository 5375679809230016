import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lock } from '../../../scripts/lock.mjs';

describe('a lock', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
    path = join(folder, 'build.lock');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('lets the second in when the first has finished', async () => {
    const order: string[] = [];
    const release = await lock(path);
    const second = lock(path).then((releaseSecond) => {
      order.push('second');
      return releaseSecond();
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    order.push('first');
    await release();
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('fails where it cannot be written, instead of waiting', async () => {
    await expect(lock(join(folder, 'none', 'build.lock'))).rejects.toThrow('ENOENT');
  });

  it('is taken from a process that was killed', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(path, String(pid));
    await (
      await lock(path)
    )();
  });
});
