import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { closeDatabase, database } from '../../../src/store/db';
import {
  abandonedDrafts,
  adopt,
  deleteDraft,
  Draft,
  readDraft,
  type NewDraft,
} from '../../../src/store/drafts';
import { saveDraft } from '../../../src/store/draft-takes';
import { listTakes, loadTake, renameTake } from '../../../src/store/takes';
import { sealed } from '../provenance/records';
import { fakeLocks } from './fake-locks';

const RATE_HZ = 10_000;
const about = {
  sampleRateHz: 5000,
  voiceId: 'kathleen',
  voiceName: 'Kathleen',
  backend: 'wasm' as const,
  controls: DEFAULT_CONTROLS,
  consent: sealed(),
};
const ramp = (from: number, to: number) => Float32Array.from({ length: to - from }, (_, i) => from + i);
const failed = vi.fn();
const begin = (changes: Partial<NewDraft> = {}) =>
  new Draft({ name: 'Recording', sampleRateHz: RATE_HZ, ...changes }, failed);
const stored = async () => (await database()).getAll('drafts');

/** Appends a second in batches of 1000 samples, and waits until the draft has stored at least `samples`. */
async function record(draft: Draft, samples: number, withOutput = false): Promise<void> {
  for (let at = 0; at < RATE_HZ; at += 1000)
    draft.append(ramp(at, at + 1000), withOutput ? ramp(at / 2, at / 2 + 500) : undefined);
  await vi.waitFor(() => expect(draft.row.source.samples).toBeGreaterThanOrEqual(samples));
}

type Stored = Awaited<ReturnType<typeof stored>>[number];
const { consent: _consent, ...withoutConsent } = about;
const changed = (row: Stored, output: Partial<NonNullable<Stored['output']>>): Stored => ({
  ...row,
  output: { ...row.output!, ...output },
});

let locks: ReturnType<typeof fakeLocks>;

beforeEach(() => {
  locks = fakeLocks();
  vi.stubGlobal('navigator', { locks });
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  failed.mockReset();
  await closeDatabase();
  await deleteDB('understudy');
});

describe('a draft', () => {
  it('is in the store while it is recorded, all but the last 0.3 s', async () => {
    const draft = begin();
    await record(draft, 7000);
    const [row] = await stored();
    expect(row).toMatchObject({ id: draft.row.id, enrolmentId: null, output: null });
    expect(await readDraft(row!)).toEqual(ramp(0, row!.source.samples));
  });

  it('becomes a take whose samples are those written before', async () => {
    const draft = begin();
    await record(draft, 7000);
    const put = vi.spyOn(IDBObjectStore.prototype, 'put');
    const row = await draft.end();
    const rest = put.mock.calls.filter(([value]) => value instanceof ArrayBuffer) as [ArrayBuffer][];
    expect(rest.reduce((sum, [{ byteLength }]) => sum + byteLength, 0)).toBeLessThanOrEqual(4 * 3000);
    const { id } = (await saveDraft(row!))!;
    expect((await loadTake(id)).source).toEqual({ samples: ramp(0, RATE_HZ), sampleRateHz: RATE_HZ });
    expect(await stored()).toEqual([]);
  });

  it('of a live take has its conversion and the record of its voice; the source is as long as the output', async () => {
    const draft = begin({ output: about });
    await record(draft, 7000, true);
    draft.append(ramp(RATE_HZ, RATE_HZ + 4000));
    const { id } = (await saveDraft((await draft.end())!))!;
    const take = await loadTake(id);
    expect(take.source.samples).toEqual(ramp(0, RATE_HZ));
    expect(take.output).toEqual({ ...about, samples: ramp(0, RATE_HZ / 2) });
    expect(take.isIntact).toBe(true);
  });

  it.each<[string, (row: Stored) => Promise<Stored>]>([
    ['record was removed', async (row) => changed(row, { about: withoutConsent })],
    ['voice was exchanged', async (row) => changed(row, { about: { ...about, voiceId: 'joe' } })],
    [
      'samples were exchanged',
      async (row) => {
        const db = await database();
        const key = [row.output!.samplesId, 0] as [string, number];
        const part = (await db.get('chunks', key))!;
        await db.put('chunks', new ArrayBuffer(part.byteLength), key);
        return row;
      },
    ],
  ])('whose %s is not as this device recorded it, so its take is not exported', async (_, change) => {
    const draft = begin({ output: about });
    await record(draft, 7000, true);
    const { id } = (await saveDraft(await change((await draft.end())!)))!;
    expect(await loadTake(id)).toMatchObject({ isIntact: false });
  });

  it('whose conversion had not begun becomes a take that is not converted', async () => {
    const draft = begin({ output: about });
    await record(draft, 7000);
    const { id } = (await saveDraft((await draft.end())!))!;
    const take = await loadTake(id);
    expect(take.output).toBeNull();
    expect(take.source.samples).toHaveLength(RATE_HZ);
  });

  it('keeps its samples when the store is opened again, however old they are', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 7_200_000 });
    await record(begin(), 7000);
    vi.useRealTimers();
    await closeDatabase();
    const [row] = await stored();
    expect(await readDraft(row!)).toHaveLength(row!.source.samples);
  });

  it('reports once that the disk is full; what was stored before can be recovered, but is not taken for all of it', async () => {
    const put = Reflect.get(IDBObjectStore.prototype, 'put') as (
      this: IDBObjectStore,
      value: unknown,
      key?: IDBValidKey,
    ) => IDBRequest<IDBValidKey>;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      if (this.name === 'chunks' && (key as [string, number])[1] === 1)
        throw new DOMException('full', 'QuotaExceededError');
      return put.call(this, value, key);
    });
    const draft = begin();
    await record(draft, 3000);
    const { samples } = draft.row.source;
    draft.append(ramp(0, 4000));
    await vi.waitFor(() => expect(failed.mock.calls).toEqual([[samples / RATE_HZ]]));
    draft.append(ramp(0, 9000));
    expect(await draft.end()).toBeNull();
    expect(failed).toHaveBeenCalledTimes(1);
    // Its tab still has it.
    expect(await abandonedDrafts('takes')).toEqual([]);
    await draft.release();
    const [row] = await abandonedDrafts('takes');
    const { id } = (await adopt(row!, () => saveDraft(row!)))!;
    expect((await loadTake(id)).source.samples).toEqual(ramp(0, samples));
  });

  it('can be discarded', async () => {
    const draft = begin();
    await record(draft, 7000);
    await draft.discard();
    expect([await stored(), await (await database()).count('chunks')]).toEqual([[], 0]);
    expect(locks.held.size).toBe(0);
  });
});

describe('abandoned drafts', () => {
  it('are those whose tab is gone, not those that another tab records', async () => {
    const [mine, killed] = [begin({ name: 'Mine' }), begin({ name: 'Killed' })];
    await record(mine, 7000);
    await record(killed, 7000);
    await killed.release();
    expect((await abandonedDrafts('takes')).map(({ name }) => name)).toEqual(['Killed']);
    expect(await abandonedDrafts('enrolments')).toEqual([]);
  });

  it('are told apart by age where there are no locks', async () => {
    vi.stubGlobal('navigator', {});
    await record(begin(), 7000);
    expect(await abandonedDrafts('takes')).toEqual([]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    expect(await abandonedDrafts('takes')).toHaveLength(1);
    vi.useRealTimers();
  });

  it('are adopted by one tab alone', async () => {
    const draft = begin({ enrolmentId: 'a' });
    await record(draft, 7000);
    await draft.release();
    const [row] = await abandonedDrafts('enrolments');
    const second = vi.fn(async () => undefined);
    await adopt(row!, async () => {
      await adopt(row!, second);
      await deleteDraft(row!);
    });
    await adopt(row!, second);
    expect(second).not.toHaveBeenCalled();
  });

  it('become takes once', async () => {
    const draft = begin();
    await record(draft, 7000);
    await draft.release();
    const [row] = await abandonedDrafts('takes');
    await adopt(row!, () => saveDraft(row!));
    await adopt(row!, () => saveDraft(row!));
    expect(await listTakes()).toHaveLength(1);
  });

  it('that became takes, where there are no locks, are neither written, saved nor deleted by their first tab', async () => {
    vi.stubGlobal('navigator', {});
    const draft = begin();
    await record(draft, 7000);
    const row = (await draft.end())!;
    const { id } = (await adopt(row, () => saveDraft(row)))!;
    await renameTake(id, 'Renamed');
    draft.append(ramp(0, 4000));
    await vi.waitFor(() => expect(failed).toHaveBeenCalledTimes(1));
    expect(await saveDraft(row)).toBeUndefined();
    await draft.discard();
    expect(await stored()).toEqual([]);
    const take = await loadTake(id);
    expect(take).toMatchObject({ name: 'Renamed' });
    expect(take.source.samples).toEqual(ramp(0, RATE_HZ));
  });
});
