import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readVoiceFile, writeVoiceFile } from '../../../src/files/voice-file';
import { createSigningKey, type SigningKey } from '../../../src/provenance';
import { closeDatabase, database, StoreError } from '../../../src/store/db';
import { addRecording, deleteEnrolment, listEnrolments, readRecording } from '../../../src/store/enrolments';
import { countDamagedTakes, listTakes, loadTake, saveTake } from '../../../src/store/takes';
import {
  deleteVoice,
  listRevocations,
  listVoices,
  readVoice,
  revoke,
  revoked,
  saveVoice,
  signingKey,
} from '../../../src/store/voices';
import { fakeVoice } from '../engine/fake-networks';
import { random } from '../engine/helpers';
import { saveEnrolment } from '../archive/device';
import { sealed } from '../provenance/records';
import { enrolment, recording } from './enrolment-rows';

let key: SigningKey;

beforeAll(async () => {
  key = await createSigningKey();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await closeDatabase();
  await deleteDB('understudy');
});

async function voice(id = 'own-a', name = 'Ada'): Promise<Blob> {
  const about = { id, name, language: 'en', description: '', createdAt: 1 };
  const parts = {
    about,
    voice: fakeVoice({ codebook: new Float32Array(4 * 128) }),
    sealed: sealed(),
    preview: null,
  };
  return new Blob([await writeVoiceFile(parts, key)]);
}

async function save(file: Blob) {
  return saveVoice(file, await readVoiceFile(file));
}

describe('voices', () => {
  it('are saved with their files, listed, and deleted completely', async () => {
    const file = await voice();
    await save(file);
    await closeDatabase();
    const { voices, damaged } = await listVoices();
    expect([voices.length, damaged]).toEqual([1, 0]);
    expect(voices[0]).toMatchObject({ id: 'own-a', name: 'Ada', bytes: file.size, consent: sealed() });
    const read = await readVoice('own-a');
    expect(Buffer.from(await read!.arrayBuffer()).equals(Buffer.from(await file.arrayBuffer()))).toBe(true);
    await deleteVoice('own-a');
    await deleteVoice('own-a');
    const db = await database();
    expect([await db.count('voices'), await db.count('voiceFiles')]).toEqual([0, 0]);
    expect(await readVoice('own-a')).toBeUndefined();
  });

  it('are saved completely or not at all when the disk is full', async () => {
    await save(await voice());
    const file = await voice('own-b', 'Bea');
    const read = await readVoiceFile(file);
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await expect(saveVoice(file, read)).rejects.toMatchObject({ name: 'StoreError', code: 'quota' });
    put.mockRestore();
    expect((await listVoices()).voices.map((row) => row.id)).toEqual(['own-a']);
  });

  it('that have changed since they were saved are not used', async () => {
    await save(await voice());
    const db = await database();
    const bytes = (await db.get('voiceFiles', 'own-a'))!;
    new Uint8Array(bytes)[500]! ^= 1;
    await db.put('voiceFiles', bytes, 'own-a');
    await expect(readVoice('own-a')).rejects.toMatchObject({ code: 'damaged' });
    await db.delete('voiceFiles', 'own-a');
    await expect(readVoice('own-a')).rejects.toMatchObject({ code: 'damaged' });
  });

  it('are revoked permanently', async () => {
    await revoke(sealed().sha256, 'asked for');
    await closeDatabase();
    expect([...(await revoked())]).toEqual([sealed().sha256]);
    expect(await listRevocations()).toMatchObject([{ sha256: sealed().sha256, reason: 'asked for' }]);
  });

  it('keep the time and reason of their first revocation', async () => {
    await revoke(sealed().sha256, 'asked for');
    const [first] = await listRevocations();
    vi.useFakeTimers({ toFake: ['Date'], now: first!.at + 1000 });
    await revoke(sealed().sha256, 'again').finally(() => vi.useRealTimers());
    expect(await listRevocations()).toEqual([first]);
  });

  it('are signed with one key that cannot be exported', async () => {
    const [first, second] = await Promise.all([signingKey(), signingKey()]);
    expect(first.publicKey).toEqual(second.publicKey);
    await closeDatabase();
    const kept = await signingKey();
    expect(kept.publicKey).toEqual(first.publicKey);
    expect(kept.privateKey.extractable).toBe(false);
  });
});

describe('an unfinished voice', () => {
  it('is loaded with its recordings, and deleted with them', async () => {
    await saveEnrolment(enrolment());
    const row = await addRecording('e', recording);
    await closeDatabase();
    const [found] = await listEnrolments();
    expect(found).toEqual(row);
    expect((await readRecording(found!.recordings[0]!)).length).toBe(16000);
    await deleteEnrolment('e');
    expect(await (await database()).count('chunks')).toBe(0);
    expect(await listEnrolments()).toEqual([]);
  });

  it('has no partial recording after an interruption', async () => {
    await saveEnrolment(enrolment());
    const db = await database();
    const put = Reflect.get(IDBObjectStore.prototype, 'put') as (
      this: IDBObjectStore,
      value: unknown,
      key?: IDBValidKey,
    ) => IDBRequest<IDBValidKey>;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === 'enrolments') throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    });
    await expect(addRecording('e', recording)).rejects.toMatchObject({ code: 'quota' });
    vi.restoreAllMocks();
    expect(await listEnrolments()).toEqual([enrolment()]);
    expect(await db.count('chunks')).toBe(0);
  });
});

describe('the store', () => {
  it('migrates takes of version 1', async () => {
    const old = await openDB('understudy', 1, {
      upgrade(db) {
        db.createObjectStore('chunks');
        db.createObjectStore('takes', { keyPath: 'id' });
      },
    });
    const samplesId = `${Date.now().toString(36)}-old`;
    await old.put('chunks', new Float32Array([1, 2, 3, 4]).buffer, [samplesId, 0]);
    await old.put('takes', {
      id: 't',
      name: 'Of version 1',
      createdAt: 5,
      source: { sampleRateHz: 16000, seconds: 4 / 16000 },
      output: null,
      sourceId: samplesId,
      outputId: null,
    });
    old.close();
    expect((await listTakes()).map((take) => take.name)).toEqual(['Of version 1']);
    expect((await loadTake('t')).source.samples).toEqual(new Float32Array([1, 2, 3, 4]));
    await save(await voice());
    expect((await listVoices()).voices.length).toBe(1);
  });

  it('does not delete the samples of a row that it cannot read', async () => {
    const db = await database();
    await db.put('chunks', new ArrayBuffer(8), [`${(Date.now() - 7_200_000).toString(36)}-x`, 0]);
    await db.put('takes', { id: 'hurt' } as never);
    await closeDatabase();
    expect(await (await database()).count('chunks')).toBe(1);
    expect(await countDamagedTakes()).toBe(1);
  });

  it('reads 1,000 mutated rows without an untyped error, and changes none of them', async () => {
    const db = await database();
    await save(await voice());
    const { id } = await saveTake({
      name: 'T',
      source: { samples: new Float32Array(10), sampleRateHz: 16000 },
    });
    await addRecording('e', recording, enrolment());
    await revoke(sealed().sha256, 'x');
    const next = random(4);
    const names = ['voices', 'takes', 'enrolments', 'revocations'] as const;
    let slowestMs = 0;
    for (let round = 0; round < 1000; round++) {
      const store = names[round % names.length]!;
      const good: unknown = (await db.getAll(store))[0];
      const bad = mutated(good, next, store);
      await db.put(store, bad as never);
      const startedMs = performance.now();
      const attempts = [
        () => listVoices(),
        () => readVoice('own-a'),
        () => listTakes(),
        () => loadTake(id),
        () => listEnrolments(),
        () => revoked(),
        () => listRevocations(),
      ];
      for (const attempt of attempts) {
        const error = await attempt().then(
          () => undefined,
          (cause: unknown) => cause,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(StoreError);
      }
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      const keyOf = (bad as Record<string, IDBValidKey>)[store === 'revocations' ? 'sha256' : 'id']!;
      expect(await db.get(store, keyOf as string)).toEqual(bad);
      await db.put(store, good as never);
    }
    expect(slowestMs).toBeLessThan(2000);
    expect((await listVoices()).voices.length).toBe(1);
    expect((await loadTake(id)).name).toBe('T');
  });
});

/** A copy with one value at any depth replaced, but never the key of the row. */
function mutated(row: unknown, next: () => number, store: string): unknown {
  const copy = structuredClone(row) as Record<string, unknown>;
  const key = store === 'revocations' ? 'sha256' : 'id';
  const junk = [
    null,
    -1,
    Number.NaN,
    Infinity,
    '',
    'x'.repeat(5000),
    [],
    {},
    true,
    2 ** 53,
    new Date(0),
    new ArrayBuffer(3),
  ];
  let at: Record<string, unknown> = copy;
  for (;;) {
    const names = Object.keys(at).filter((name) => at !== copy || name !== key);
    if (names.length === 0) return copy;
    const name = names[Math.floor(next() * names.length)]!;
    const inner = at[name];
    const isDeep = inner !== null && typeof inner === 'object' && !ArrayBuffer.isView(inner) && next() < 0.7;
    if (isDeep && Object.keys(inner).length > 0) {
      at = inner as Record<string, unknown>;
      continue;
    }
    if (next() < 0.2) delete at[name];
    else at[name] = junk[Math.floor(next() * junk.length)];
    return copy;
  }
}
