import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { closeDatabase, database } from '../../../src/store/db';
import {
  addTakeOutput,
  deleteTake,
  listTakes,
  loadTake,
  renameTake,
  saveTake,
  type TakeOutput,
} from '../../../src/store/takes';
import { sealed } from '../provenance/records';

const ramp = (length: number) => Float32Array.from({ length }, (_, i) => i / length);
const source = { samples: ramp(3_000_000), sampleRateHz: 48000 };
const output: TakeOutput = {
  samples: ramp(1_500_000),
  sampleRateHz: 24000,
  voiceId: 'kathleen',
  voiceName: 'Kathleen',
  controls: DEFAULT_CONTROLS,
  backend: 'wasm',
  rtf: 0.1,
};

const short = { samples: ramp(10), sampleRateHz: 16000 };
const shortOutput: TakeOutput = { ...output, samples: ramp(20) };

/** Vitest's deep equality takes half a minute for millions of numbers. */
const isSame = (a: Float32Array, b: Float32Array) => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  await closeDatabase();
  await deleteDB('understudy');
});

/** Makes the n-th write to `chunks`, and all later ones, fail with a full disk. */
async function fillDiskAt(count: number): Promise<void> {
  const db = await database();
  const put = db.put.bind(db) as (...args: unknown[]) => Promise<IDBValidKey>;
  let writes = 0;
  vi.spyOn(db, 'put').mockImplementation((...args: unknown[]) =>
    ++writes >= count ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : put(...args),
  );
}

describe('takes', () => {
  it('are loaded unchanged after the page has been closed', async () => {
    const { id } = await saveTake({ name: 'First', source, output });
    await closeDatabase();
    const take = await loadTake(id);
    expect(take.name).toBe('First');
    expect(isSame(take.source.samples, source.samples)).toBe(true);
    expect(isSame(take.output!.samples, output.samples)).toBe(true);
    expect({ ...take.output, samples: null }).toEqual({ ...output, samples: null });
  });

  it('of a live session have no rtf, and keep their consent record', async () => {
    const { rtf: _rtf, ...live } = { ...output, samples: ramp(10), consent: sealed() };
    const { id } = await saveTake({ name: 'Live', source, output: live });
    expect((await loadTake(id)).output).toStrictEqual(live);
    expect((await listTakes())[0]!.output).not.toHaveProperty('rtf');
  });

  it('are listed newest first, without their samples', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1000 });
    await saveTake({ name: 'Old', source });
    vi.setSystemTime(2000);
    await saveTake({ name: 'New', source, output });
    const takes = await listTakes();
    expect(takes.map((take) => take.name)).toEqual(['New', 'Old']);
    expect(takes[1]).toEqual({
      id: takes[1]!.id,
      name: 'Old',
      createdAt: 1000,
      source: { sampleRateHz: 48000, seconds: 62.5 },
      output: null,
    });
    expect(takes[0]!.output).toMatchObject({ voiceId: 'kathleen', seconds: 62.5 });
  });

  it('get an output later; another, as of a second tab, goes to a copy of the take, with its present name', async () => {
    const { id } = await saveTake({ name: 'Later', source });
    expect((await addTakeOutput(id, { ...output, samples: ramp(10) })).id).toBe(id);
    await renameTake(id, 'Renamed');
    const copy = await addTakeOutput(id, { ...output, voiceId: 'joe', samples: ramp(20) });
    expect((await loadTake(id)).output).toMatchObject({ voiceId: 'kathleen', samples: ramp(10) });
    await deleteTake(id);
    const take = await loadTake(copy.id);
    expect(take).toMatchObject({
      name: 'Renamed',
      output: { voiceId: 'joe', samples: ramp(20) },
      isIntact: true,
    });
    expect(isSame(take.source.samples, source.samples)).toBe(true);
    // 12 MB of source in three chunks, 20 samples in one.
    expect(await (await database()).count('chunks')).toBe(4);
  });

  it('keep both of two conversions that are added at once', async () => {
    const { id } = await saveTake({ name: 'Twice', source: short });
    await Promise.all(['joe', 'ann'].map((voiceId) => addTakeOutput(id, { ...shortOutput, voiceId })));
    expect((await listTakes()).map(({ output }) => output!.voiceId).sort()).toEqual(['ann', 'joe']);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['converted', (id) => addTakeOutput(id, shortOutput)],
    ['renamed', (id) => renameTake(id, 'Other')],
  ])('that are deleted while they are %s stay deleted', async (_, change) => {
    const { id } = await saveTake({ name: 'Gone', source: short });
    const changing = change(id);
    await Promise.all([deleteTake(id), changing.catch(() => undefined)]);
    expect([await listTakes(), await (await database()).count('chunks')]).toEqual([[], 0]);
  });

  it('keep a name that is given while they are converted', async () => {
    const { id } = await saveTake({ name: 'Wrong', source: short });
    const adding = addTakeOutput(id, shortOutput);
    await Promise.all([adding, renameTake(id, 'Right')]);
    expect(await loadTake(id)).toMatchObject({ name: 'Right', output: { voiceId: 'kathleen' } });
  });

  it('are not copied where a part of the recording is missing', async () => {
    const { id } = await saveTake({ name: 'Hurt', source: short, output: shortOutput });
    const db = await database();
    await db.delete('chunks', [(await db.get('takes', id))!.sourceId, 0]);
    await expect(addTakeOutput(id, shortOutput)).rejects.toMatchObject({ code: 'damaged' });
    expect(await listTakes()).toHaveLength(1);
    expect(await db.count('chunks')).toBe(1);
  });

  it('are renamed and deleted with all their samples', async () => {
    const { id } = await saveTake({ name: 'Wrong', source, output });
    await renameTake(id, 'Right');
    expect((await listTakes())[0]!.name).toBe('Right');
    await deleteTake(id);
    expect(await listTakes()).toEqual([]);
    expect(await (await database()).count('chunks')).toBe(0);
    await expect(loadTake(id)).rejects.toMatchObject({ name: 'StoreError', code: 'missing' });
    await expect(renameTake(id, 'x')).rejects.toMatchObject({ code: 'missing' });
    await expect(deleteTake(id)).resolves.toBeUndefined();
  });

  it.each([1, 3, 5])('leave nothing behind when the disk is full at write %i', async (count) => {
    const kept = await saveTake({ name: 'Kept', source: { samples: ramp(10), sampleRateHz: 16000 } });
    await fillDiskAt(count);
    const failed = saveTake({ name: 'Too large', source, output });
    await expect(failed).rejects.toMatchObject({ name: 'StoreError', code: 'quota' });
    await expect(failed).rejects.toThrow(/stays open in this tab .* Delete takes/);
    expect((await listTakes()).map((take) => take.id)).toEqual([kept.id]);
    expect(await (await database()).count('chunks')).toBe(1);
  });

  it('keep their earlier output when the disk is full', async () => {
    const { id } = await saveTake({ name: 'Kept', source, output });
    await fillDiskAt(1);
    await expect(addTakeOutput(id, { ...output, voiceId: 'joe' })).rejects.toMatchObject({ code: 'quota' });
    vi.restoreAllMocks();
    const take = await loadTake(id);
    expect(take.output!.voiceId).toBe('kathleen');
    expect(isSame(take.output!.samples, output.samples)).toBe(true);
  });

  it('report missing samples', async () => {
    const { id } = await saveTake({ name: 'Hurt', source });
    const db = await database();
    const [first] = await db.getAllKeys('chunks');
    await db.delete('chunks', first!);
    await expect(loadTake(id)).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringMatching(/Hurt.*other takes are safe/) as string,
    });
  });

  it('lose the samples of an interrupted save, but not of one in progress', async () => {
    const db = await database();
    await db.put('chunks', new ArrayBuffer(8), [`${(Date.now() - 7_200_000).toString(36)}-old`, 0]);
    await db.put('chunks', new ArrayBuffer(8), [`${Date.now().toString(36)}-new`, 0]);
    await closeDatabase();
    const keys = await (await database()).getAllKeys('chunks');
    expect(keys.map(([id]) => id.split('-')[1])).toEqual(['new']);
  });

  it('report missing storage', async () => {
    await closeDatabase();
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('no', 'SecurityError');
    });
    await expect(listTakes()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/download/) as string,
    });
    vi.restoreAllMocks();
    await expect(listTakes()).resolves.toEqual([]);
  });
});
