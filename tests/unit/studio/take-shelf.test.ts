import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { Notices } from '../../../src/services/notices.svelte';
import { database } from '../../../src/store/db';
import { listTakes, loadTake, saveTake, type TakeOutput } from '../../../src/store/takes';
import { TakeShelf, type OpenTake } from '../../../src/studio/take-shelf.svelte';
import { openBrowser } from '../page';

const source = { samples: Float32Array.of(0.1, 0.2, 0.3, 0.4), sampleRateHz: 8000 };
const output = (voiceId: string): TakeOutput => ({
  samples: Float32Array.of(0.4, 0.3),
  sampleRateHz: 24000,
  voiceId,
  voiceName: voiceId.toUpperCase(),
  controls: DEFAULT_CONTROLS,
  backend: 'wasm',
  rtf: 0.1,
});

let notices: Notices;
let opened: (OpenTake | null)[];

beforeEach(async () => {
  await openBrowser();
  notices = new Notices();
  opened = [];
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const makeShelf = () => new TakeShelf(notices, (take) => opened.push(take));

/** Every write to the store finds the disk full until it is restored. */
async function fillDisk() {
  return vi
    .spyOn(await database(), 'put')
    .mockImplementation(() => Promise.reject(new DOMException('full', 'QuotaExceededError')));
}

describe('the shelf of takes', () => {
  it('opens a new take at once, then keeps and lists it', async () => {
    const shelf = makeShelf();
    const added = shelf.add({ name: 'First', source });
    expect(shelf.open).toMatchObject({ id: null, name: 'First', output: null });
    expect(opened).toEqual([shelf.open]);
    await added;
    expect(shelf.takes).toMatchObject([{ id: shelf.open!.id, name: 'First' }]);
    expect((await loadTake(shelf.open!.id!)).source).toEqual(source);
  });

  it('puts the first output to its take, and another beside it', async () => {
    const shelf = makeShelf();
    await shelf.add({ name: 'First', source });
    const { id } = shelf.open!;
    await shelf.addOutput(shelf.open!, output('joe'));
    expect(shelf.open).toMatchObject({ id, output: { voiceId: 'joe' } });
    await shelf.addOutput(shelf.open!, output('ann'));
    expect(shelf.open!.id).not.toBe(id);
    expect(shelf.takes.map((take) => take.output?.voiceId).sort()).toEqual(['ann', 'joe']);
    expect((await loadTake(id!)).output).toMatchObject({ voiceId: 'joe' });
    expect((await loadTake(shelf.open!.id!)).source).toEqual(source);
  });

  it('leaves a take open that could not be kept, and keeps it when that is tried again', async () => {
    const shelf = makeShelf();
    const full = await fillDisk();
    await shelf.add({ name: 'Large', source });
    expect(shelf.open).toMatchObject({ id: null, name: 'Large' });
    expect(shelf.takes).toEqual([]);
    const [error] = notices.list;
    expect(error).toMatchObject({ kind: 'error', action: { label: 'Save again' } });
    full.mockRestore();
    error!.action!.run();
    await vi.waitFor(() => expect(shelf.takes).toHaveLength(1));
    expect(shelf.open!.id).toBe(shelf.takes[0]!.id);
  });

  it('keeps the output that did not fit as a take of its own when that is tried again', async () => {
    const shelf = makeShelf();
    await shelf.add({ name: 'First', source });
    const { id } = shelf.open!;
    const full = await fillDisk();
    await shelf.addOutput(shelf.open!, output('joe'));
    expect(shelf.open).toMatchObject({ id: null, output: { voiceId: 'joe' } });
    expect((await loadTake(id!)).output).toBeNull();
    full.mockRestore();
    notices.list[0]!.action!.run();
    await vi.waitFor(() => expect(shelf.takes).toHaveLength(2));
    expect((await loadTake(shelf.open!.id!)).output).toMatchObject({ voiceId: 'joe' });
  });

  it('does not give the id of a take to another that was opened meanwhile', async () => {
    const { id } = await saveTake({ name: 'Other', source });
    const shelf = makeShelf();
    const added = shelf.add({ name: 'First', source });
    await shelf.openTake(id);
    await added;
    expect(shelf.open).toMatchObject({ id, name: 'Other' });
  });

  it('opens a kept take with its output', async () => {
    const { id } = await saveTake({ name: 'Kept', source, output: output('joe') });
    const shelf = makeShelf();
    await shelf.openTake(id);
    expect(shelf.open).toEqual({ id, name: 'Kept', source, output: output('joe') });
    expect(opened.at(-1)).toBe(shelf.open);
  });

  it('says so when a take is gone, and leaves the open one', async () => {
    const shelf = makeShelf();
    await shelf.add({ name: 'First', source });
    await shelf.openTake('gone');
    expect(shelf.open!.name).toBe('First');
    expect(notices.list).toMatchObject([
      { kind: 'error', text: expect.stringMatching(/no longer kept/) as string },
    ]);
  });

  it('renames a take, also the open one, but not to nothing', async () => {
    const shelf = makeShelf();
    await shelf.add({ name: 'Wrong', source });
    const id = shelf.open!.id!;
    await shelf.rename(id, '   ');
    expect((await listTakes())[0]!.name).toBe('Wrong');
    await shelf.rename(id, '  Right ');
    expect([shelf.open!.name, shelf.takes[0]!.name]).toEqual(['Right', 'Right']);
  });

  it('deletes a take, and closes it if it is open', async () => {
    const { id: other } = await saveTake({ name: 'Other', source });
    const shelf = makeShelf();
    await shelf.add({ name: 'First', source });
    await shelf.remove(other);
    expect(shelf.open!.name).toBe('First');
    await shelf.remove(shelf.open!.id!);
    expect(shelf.open).toBeNull();
    expect(opened.at(-1)).toBeNull();
    expect(shelf.takes).toEqual([]);
  });

  it.each([
    [1, /keeps of a take is damaged/],
    [2, /keeps of 2 takes is damaged/],
  ])('tells of %i damaged takes, and lists the others', async (count, text) => {
    await saveTake({ name: 'Whole', source });
    const db = await database();
    const [row] = await db.getAll('takes');
    for (let i = 0; i < count; i++) await db.put('takes', { ...row!, id: `bad ${i}`, createdAt: NaN });
    const shelf = makeShelf();
    await vi.waitFor(() => expect(notices.list).toHaveLength(1));
    expect(notices.list[0]).toMatchObject({ kind: 'warning', text: expect.stringMatching(text) as string });
    expect(shelf.takes.map(({ name }) => name)).toEqual(['Whole']);
  });
});
