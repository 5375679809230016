import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeDatabase, database } from '../../../src/store/db';
import type { TakeRow } from '../../../src/store/rows';
import { addTakeOutput, loadTake, renameTake, requireIntact, saveTake } from '../../../src/store/takes';
import { revoke } from '../../../src/store/voices';
import { bringBack, freshDevice, output, source, write } from '../archive/device';
import { sealed } from '../provenance/records';

const small = { samples: Float32Array.of(0.1, 0.2), sampleRateHz: 24000 };
const kathleen = sealed({ revocationContact: 'kathleen@example.test' });

beforeEach(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await freshDevice();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

type Row = Omit<TakeRow, 'output'> & { output: Record<string, unknown> };

/** Changes the stored row of a take as somebody with the browser's developer tools would. */
async function edit(id: string, change: (row: Row) => void): Promise<void> {
  const db = await database();
  const row = (await db.get('takes', id)) as Row;
  change(row);
  await db.put('takes', row as unknown as TakeRow);
}

const isIntact = async (id: string) => (await loadTake(id)).isIntact;
const short = () => output({ samples: Float32Array.of(0.3, 0.4) });

const EDITS: [string, (row: Row) => void][] = [
  [
    'without its record, as a published voice',
    ({ output }) => {
      delete output['consent'];
      output['voiceId'] = 'kathleen';
    },
  ],
  ['with the record of another voice', ({ output }) => (output['consent'] = kathleen)],
  ['under another name', ({ output }) => (output['voiceName'] = 'Kathleen')],
  ['without its seal', ({ output }) => delete output['seal']],
];

describe('a conversion', () => {
  it('is intact as it was stored, renamed, and converted again', async () => {
    const { id } = await saveTake({ name: 'T', source: small, output: short() });
    expect(await isIntact(id)).toBe(true);
    await renameTake(id, 'Other');
    expect(await isIntact(id)).toBe(true);
    const again = await addTakeOutput(id, short());
    expect(await isIntact(again.id)).toBe(true);
    expect(await isIntact(id)).toBe(true);
    expect((await loadTake(id)).output).not.toHaveProperty('seal');
  });

  it.each(EDITS)('edited by hand is not exported: %s', async (_, change) => {
    const { id } = await saveTake({ name: 'T', source, output: output() });
    await revoke(sealed().sha256, 'asked for');
    await edit(id, change);
    const take = await loadTake(id);
    expect(() => requireIntact(take)).toThrow(expect.objectContaining({ code: 'altered' }) as Error);
    const { leftOut } = await write({ voiceOf: async () => ({ consent: kathleen, data: [] }) });
    expect(leftOut).toEqual([
      {
        name: 'T, as ' + take.output!.voiceName,
        why: expect.stringMatching(/changed on this device/) as string,
      },
    ]);
  });

  it('with the samples of another one is not exported', async () => {
    const first = await saveTake({ name: 'First', source: small, output: short() });
    const second = await saveTake({
      name: 'Second',
      source: small,
      output: output({ samples: Float32Array.of(0.5, 0.6) }),
    });
    const db = await database();
    const { outputId } = (await db.get('takes', first.id))!;
    await edit(second.id, (row) => (row.outputId = outputId));
    expect(await isIntact(second.id)).toBe(false);
    await db.put('chunks', Float32Array.of(0.7, 0.8).buffer, [outputId!, 0]);
    expect(await isIntact(first.id)).toBe(false);
  });

  it('from another device is sealed when it is imported', async () => {
    const { id } = await saveTake({ name: 'T', source, output: output() });
    const { file } = await write();
    await freshDevice();
    await bringBack(file);
    expect(await isIntact(id)).toBe(true);
    await edit(id, ({ output }) => delete output['consent']);
    expect(await isIntact(id)).toBe(false);
  });
});

describe('conversions of version 2 of the store', () => {
  beforeEach(async () => {
    const old = await openDB('understudy', 2, {
      upgrade(db) {
        for (const name of ['chunks', 'voiceFiles', 'keys']) db.createObjectStore(name);
        for (const name of ['takes', 'voices', 'enrolments']) db.createObjectStore(name, { keyPath: 'id' });
        db.createObjectStore('revocations', { keyPath: 'sha256' });
      },
    });
    const length = { sampleRateHz: 24000, seconds: 2 / 24000 };
    const { samples: _samples, ...rest } = output();
    for (const id of ['a', 'b']) {
      await old.put('chunks', Float32Array.of(0.1, 0.2).buffer, [`${id}-source`, 0]);
      await old.put('chunks', Float32Array.of(0.3, 0.4).buffer, [`${id}-output`, 0]);
      const ids = { id, sourceId: `${id}-source`, outputId: `${id}-output` };
      await old.put('takes', {
        ...ids,
        name: id,
        createdAt: 5,
        source: length,
        output: { ...rest, ...length },
      });
    }
    old.close();
  });

  it('are sealed by the upgrade, and can be exported', async () => {
    const db = await database();
    expect((await db.get('takes', 'a'))!.output!.seal).toMatch(/^[0-9a-f]{64}$/);
    expect([await isIntact('a'), await isIntact('b')]).toEqual([true, true]);
    await edit('a', ({ output }) => delete output['consent']);
    expect(await isIntact('a')).toBe(false);
  });

  it('are sealed that once: no list is left that a row written later could be sealed by', async () => {
    const db = await database();
    await edit('a', ({ output }) => {
      output['voiceId'] = 'kathleen';
      delete output['seal'];
    });
    expect([...db.objectStoreNames]).not.toContain('unsealed');
    await closeDatabase();
    expect([await isIntact('a'), await isIntact('b')]).toEqual([false, true]);
  });

  it('are sealed where several threads open the store at once', async () => {
    const threads = await Promise.all([0, 1].map(thread));
    const opened = await Promise.all(threads.map((each) => each.database()));
    expect(opened.map(({ version }) => version)).toEqual([5, 5]);
    expect([await isIntact('a'), await isIntact('b')]).toEqual([true, true]);
    for (const each of threads) await each.closeDatabase();
  });

  it('are sealed by the next start where a tab was killed between the upgrade and that', async () => {
    const killed = await openDB('understudy', 3, {
      upgrade(db, _from, _to, transaction) {
        for (const name of ['clock', 'signers', 'unsealed']) db.createObjectStore(name);
        db.createObjectStore('drafts', { keyPath: 'id' });
        for (const id of ['a', 'b']) void transaction.objectStore('unsealed').put(true, id);
      },
    });
    killed.close();
    expect([await isIntact('a'), await isIntact('b')]).toEqual([true, true]);
  });

  it('are heard, and sealed by a later start, where the device is full', async () => {
    const put = Reflect.get(IDBObjectStore.prototype, 'put');
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      ...args
    ) {
      if (this.name === 'takes') throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    });
    expect((await loadTake('a')).output!.samples).toHaveLength(2);
    expect(await isIntact('a')).toBe(false);
    full.mockRestore();
    await closeDatabase();
    expect([await isIntact('a'), await isIntact('b')]).toEqual([true, true]);
  });
});

/** The store as another thread has it. */
async function thread() {
  vi.resetModules();
  return import('../../../src/store/db');
}
