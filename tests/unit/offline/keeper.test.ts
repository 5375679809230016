import { describe, expect, it } from 'vitest';
import { Keeper } from '../../../src/offline/keeper';
import { ShellFiles, versionOf } from '../../../src/offline/shell-files';
import { ENTRY, host, INDEX, MemoryCache, SCOPE, SHELL, shellFile, SOUND, WHOLE } from './files';

function keeperAt(files: Record<string, string>, cache = new MemoryCache()) {
  const { asked, fetch } = host(files);
  const keeper = new Keeper(SHELL, async () => cache, fetch);
  return { keeper, cache, asked };
}

describe('keeping the app', () => {
  it('fetches each file once, and what is missing after a cut', async () => {
    const { sample: _, ...part } = { ...WHOLE, sample: '' };
    const cut = keeperAt({ 'index.html': part['index.html'] });
    await expect(cut.keeper.keepAll(SHELL.files)).rejects.toThrow(/assets\/index-1\.js.*404/);
    const { keeper, asked } = keeperAt(WHOLE, cut.cache);
    expect(await keeper.missing(SHELL.files)).toEqual([ENTRY, SOUND]);
    await keeper.keepAll(SHELL.files);
    expect(asked).toEqual(['assets/index-1.js', 'sample/sample.wav']);
    expect(await keeper.missing(SHELL.files)).toEqual([]);
  });

  it('keeps nothing whose sha256 is another', async () => {
    const { keeper, cache } = keeperAt({ ...WHOLE, 'index.html': '<html> of the next version' });
    await expect(keeper.provide(INDEX)).rejects.toThrow(/another version/);
    expect(cache.rows.size).toBe(0);
  });

  it('replaces a damaged file, and reports its progress', async () => {
    const { keeper, cache } = keeperAt(WHOLE);
    cache.rows.set(SHELL.keyOf(SOUND), new Response('abc'));
    const progress: number[] = [];
    const whole = await keeper.provide(SOUND, (bytes) => progress.push(bytes));
    expect(await whole.text()).toBe('abcdefghij');
    expect(progress.at(-1)).toBe(SOUND.bytes);
    expect(await (await keeper.read(SOUND))!.text()).toBe('abcdefghij');
  });

  it('forgets a damaged file without a network, and says so', async () => {
    const { keeper, cache } = keeperAt({});
    cache.rows.set(SHELL.keyOf(SOUND), new Response(''));
    await expect(keeper.provide(SOUND)).rejects.toThrow();
    expect(await keeper.missing([SOUND])).toEqual([SOUND]);
  });

  it('keeps headers of the content, not those of its transfer', async () => {
    const { keeper } = keeperAt(WHOLE);
    const { headers } = await keeper.provide(SOUND);
    expect(headers.get('content-encoding')).toBeNull();
    expect(headers.get('content-type')).toBe('text/plain');
    expect(headers.get('content-length')).toBe('10');
  });

  it('shares unchanged files between versions and forgets the others', async () => {
    const { keeper, cache } = keeperAt(WHOLE);
    await keeper.keepAll(SHELL.files);
    const next = new ShellFiles(SCOPE, [shellFile('index.html', '<html> 2', { isCore: true }), SOUND]);
    const second = new Keeper(next, async () => cache, host({ 'index.html': '<html> 2' }).fetch);
    expect((await second.missing(next.files)).map(({ url }) => url)).toEqual(['index.html']);
    await second.keepAll(next.files);
    await second.tidy();
    expect([...cache.rows.keys()].sort()).toEqual(next.files.map((file) => next.keyOf(file)).sort());
  });
});

it('a version is named by what its files contain, in any order', async () => {
  const version = await versionOf([INDEX, ENTRY]);
  expect(version).toMatch(/^[0-9a-f]{8}$/);
  expect(await versionOf([ENTRY, INDEX])).toBe(version);
  expect(await versionOf([ENTRY, shellFile('index.html', 'other')])).not.toBe(version);
});
