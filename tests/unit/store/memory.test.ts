import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readVoiceFile } from '../../../src/files/voice-file';
import type * as voices from '../../../src/store/voices';
import { voiceFile } from '../archive/device';
import { sealed } from '../provenance/records';

const source = { samples: Float32Array.of(0.1, 0.2), sampleRateHz: 8000 };
const { indexedDB: real } = globalThis;

beforeEach(() => vi.resetModules());

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  Object.defineProperty(globalThis, 'indexedDB', { value: real, configurable: true, writable: true });
});

async function saveVoiceBy({ saveVoice }: Pick<typeof voices, 'saveVoice'>, file: Blob) {
  await saveVoice(file, await readVoiceFile(file));
}

/** Every way to the storage of the browser throws, as with cookies blocked. */
function refuse(): void {
  const fail = () => {
    throw new DOMException('Access is denied for this document.', 'SecurityError');
  };
  for (const name of ['indexedDB', 'localStorage', 'caches'])
    Object.defineProperty(globalThis, name, { get: fail, configurable: true });
}

describe('a browser that refuses storage', () => {
  it('keeps takes and settings in memory, and is known for it', async () => {
    refuse();
    const [
      { saveTake, listTakes, loadTake },
      { isInMemory },
      { loadSettings, saveSettings },
      { ModelStore },
    ] = await Promise.all([
      import('../../../src/store/takes'),
      import('../../../src/store/memory/open'),
      import('../../../src/store/settings'),
      import('../../../src/store/models'),
    ]);
    const { id } = await saveTake({ name: 'First', source });
    expect((await listTakes()).map(({ name }) => name)).toEqual(['First']);
    expect((await loadTake(id)).source).toEqual(source);
    expect(isInMemory()).toBe(true);
    expect(() => saveSettings(loadSettings())).not.toThrow();
    const models = await ModelStore.open();
    await models.writeNote('speed', 2);
    expect(await models.readNote('speed')).toBe(2);
  });

  it('that opens other databases does not lose them for one that fails', async () => {
    const { openDatabase, isInMemory } = await import('../../../src/store/memory/open');
    (await openDatabase('works', 1, {})).close();
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('no', 'UnknownError');
    });
    await expect(openDatabase('broken', 1, {})).rejects.toMatchObject({ name: 'UnknownError' });
    expect(isInMemory()).toBe(false);
  });
});

describe('threads without storage', () => {
  it('take over the voices and revocations of those that run already', async () => {
    refuse();
    const page = await import('../../../src/store/voices');
    await page.revoke('a'.repeat(64), 'Revoked on this device.');
    // A worker starts: with modules of its own, and databases of its own.
    vi.resetModules();
    refuse();
    const worker = await import('../../../src/store/voices');
    expect([...(await worker.revoked())]).toEqual(['a'.repeat(64)]);
    await page.revoke('b'.repeat(64), 'Revoked on this device.');
    await vi.waitFor(async () => expect((await worker.revoked()).size).toBe(2));
  });

  it('keep what two of them store at once, and nothing that one has deleted', async () => {
    refuse();
    const first = await import('../../../src/store/voices');
    await first.revoked();
    vi.resetModules();
    refuse();
    const second = await import('../../../src/store/voices');
    await second.revoked();
    await Promise.all([
      first.revoke('c'.repeat(64), 'Revoked on this device.'),
      second.revoke('d'.repeat(64), 'Revoked on this device.'),
      saveVoiceBy(first, await voiceFile('own-a', 'Ada', sealed())),
      saveVoiceBy(second, await voiceFile('own-b', 'Bea', sealed())),
    ]);
    const idsOf = async ({ listVoices }: typeof first) => (await listVoices()).voices.map(({ id }) => id);
    for (const thread of [first, second]) {
      await vi.waitFor(async () => {
        expect([...(await thread.revoked())]).toEqual(
          expect.arrayContaining(['c'.repeat(64), 'd'.repeat(64)]),
        );
        expect((await idsOf(thread)).sort()).toEqual(['own-a', 'own-b']);
      });
    }
    await first.deleteVoice('own-b');
    await vi.waitFor(async () => expect(await idsOf(second)).toEqual(['own-a']));
    expect(await second.readVoice('own-b')).toBeUndefined();
    expect(await (await second.readVoice('own-a'))!.arrayBuffer()).toBeTruthy();
  });
});
