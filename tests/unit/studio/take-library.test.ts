import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { m } from '../../../src/text/messages';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { Notices } from '../../../src/services/notices.svelte';
import { Scope } from '../../../src/services/scope';
import { database } from '../../../src/store/db';
import { KINDS } from '../../../src/store/kept/kept';
import {
  deleteTake,
  listTakes,
  loadTake,
  renameTake,
  saveTake,
  type TakeOutput,
} from '../../../src/store/takes';
import { TakeLibrary, type OpenTake } from '../../../src/studio/take-library.svelte';
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

let scope: Scope;
let notices: Notices;
let opened: (OpenTake | null)[];

beforeEach(async () => {
  await openBrowser();
  scope = new Scope();
  notices = new Notices();
  opened = [];
});

afterEach(() => {
  scope.dispose();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const makeLibrary = () => new TakeLibrary(scope, notices, (take) => opened.push(take));

/** Every write to the store fails as on a full disk until the mock is restored. */
async function fillDisk() {
  return vi
    .spyOn(await database(), 'put')
    .mockImplementation(() => Promise.reject(new DOMException('full', 'QuotaExceededError')));
}

describe('the library of takes', () => {
  it('opens a new take immediately, then saves and lists it', async () => {
    const library = makeLibrary();
    const added = library.add({ name: 'First', source });
    expect(library.open).toMatchObject({ id: null, name: 'First', output: null });
    expect(opened).toEqual([library.open]);
    await added;
    expect(library.takes).toMatchObject([{ id: library.open!.id, name: 'First' }]);
    expect((await loadTake(library.open!.id!)).source).toEqual(source);
  });

  it('lists a take that another page or tab has saved meanwhile', async () => {
    const library = makeLibrary();
    await saveTake({ name: 'Live', source });
    await vi.waitFor(() => expect(library.takes).toMatchObject([{ name: 'Live' }]));
    scope.dispose();
    await saveTake({ name: 'Later', source });
    expect(library.takes).toHaveLength(1);
  });

  it('adds the first output to its take, and saves another as a new take', async () => {
    const library = makeLibrary();
    await library.add({ name: 'First', source });
    const { id } = library.open!;
    await library.addOutput(library.open!, output('joe'));
    expect(library.open).toMatchObject({ id, output: { voiceId: 'joe' } });
    await library.addOutput(library.open!, output('ann'));
    expect(library.open!.id).not.toBe(id);
    expect(library.takes.map((take) => take.output?.voiceId).sort()).toEqual(['ann', 'joe']);
    expect((await loadTake(id!)).output).toMatchObject({ voiceId: 'joe' });
    expect((await loadTake(library.open!.id!)).source).toEqual(source);
  });

  it('keeps the conversions of two tabs, and says so', async () => {
    const { id } = await saveTake({ name: 'First', source });
    const [mine, other] = [makeLibrary(), makeLibrary()];
    for (const library of [mine, other]) await library.openTake(id);
    await Promise.all([
      mine.addOutput(mine.open!, output('joe')),
      other.addOutput(other.open!, output('ann')),
    ]);
    expect((await listTakes()).map((take) => take.output?.voiceId).sort()).toEqual(['ann', 'joe']);
    expect(mine.open).toMatchObject({ output: { voiceId: 'joe' } });
    expect(other.open).toMatchObject({ output: { voiceId: 'ann' } });
    expect([mine.open!.id, other.open!.id]).toContain(id);
    expect(mine.open!.id).not.toBe(other.open!.id);
    expect(notices.list.map(({ text }) => text)).toEqual([
      expect.stringMatching(/“First” was converted in another tab meanwhile. That conversion is kept/),
    ]);
  });

  it('takes over the name that another tab gives to the open take', async () => {
    const library = makeLibrary();
    await library.add({ name: 'Wrong', source });
    await renameTake(library.open!.id!, 'Right');
    await vi.waitFor(() => expect(library.open).toMatchObject({ name: 'Right' }));
    await library.addOutput(library.open!, output('joe'));
    await library.addOutput(library.open!, output('ann'));
    expect(library.takes.map(({ name }) => name)).toEqual(['Right', 'Right']);
  });

  it('says that another tab has deleted the open take, which stays deleted unless it is saved again', async () => {
    const library = makeLibrary();
    await library.add({ name: 'First', source });
    await library.addOutput(library.open!, output('joe'));
    await deleteTake(library.open!.id!);
    await vi.waitFor(() => expect(library.unsaved).toEqual([library.open]));
    expect(notices.list).toMatchObject([
      { text: expect.stringMatching(/“First” was deleted in another tab/) as string },
    ]);
    expect([library.open!.id, await listTakes()]).toEqual([null, []]);
    notices.list[0]!.action!.run();
    await vi.waitFor(() => expect(library.takes).toHaveLength(1));
    expect((await loadTake(library.open!.id!)).output).toMatchObject({ voiceId: 'joe' });
  });

  it('closes the open take where the user of this tab has deleted all takes', async () => {
    const library = makeLibrary();
    await library.add({ name: 'First', source });
    await KINDS.takes.remove();
    await vi.waitFor(() => expect(library.open).toBeNull());
    expect([library.unsaved, notices.list, opened.at(-1)]).toEqual([[], [], null]);
  });

  it('does not save a conversion of a take that was deleted, also beside another conversion', async () => {
    const { id } = await saveTake({ name: 'First', source, output: output('joe') });
    const library = makeLibrary();
    await library.openTake(id);
    const open = library.open!;
    await deleteTake(id);
    await library.addOutput(open, output('ann'));
    expect(await listTakes()).toEqual([]);
    expect(library.open).toMatchObject({ id: null, output: { voiceId: 'ann' } });
    expect(library.unsaved).toContain(library.open);
    expect(notices.list.at(-1)!.text).toMatch(/was deleted in another tab while it was being converted/);
  });

  it('does not store a conversion again that is not as it was stored, and was deleted', async () => {
    const { id } = await saveTake({ name: 'First', source, output: output('joe') });
    const db = await database();
    const row = (await db.get('takes', id))!;
    await db.put('takes', { ...row, output: { ...row.output!, voiceName: 'ANN' } });
    const library = makeLibrary();
    await library.openTake(id);
    await deleteTake(id);
    await vi.waitFor(() => expect(library.unsaved).toMatchObject([{ output: null }]));
  });

  it('leaves a take open that could not be saved, and saves it on retry', async () => {
    const library = makeLibrary();
    const full = await fillDisk();
    await library.add({ name: 'Large', source });
    expect(library.open).toMatchObject({ id: null, name: 'Large' });
    expect(library.takes).toEqual([]);
    const [error] = notices.list;
    expect(error).toMatchObject({ kind: 'error', action: { label: m.studio_save_again } });
    full.mockRestore();
    error!.action!.run();
    await vi.waitFor(() => expect(library.takes).toHaveLength(1));
    expect(library.open!.id).toBe(library.takes[0]!.id);
  });

  it('saves an output that did not fit as a take of its own on retry', async () => {
    const library = makeLibrary();
    await library.add({ name: 'First', source });
    const { id } = library.open!;
    const full = await fillDisk();
    await library.addOutput(library.open!, output('joe'));
    expect(library.open).toMatchObject({ id: null, output: { voiceId: 'joe' } });
    expect((await loadTake(id!)).output).toBeNull();
    full.mockRestore();
    notices.list[0]!.action!.run();
    await vi.waitFor(() => expect(library.takes).toHaveLength(2));
    expect((await loadTake(library.open!.id!)).output).toMatchObject({ voiceId: 'joe' });
  });

  it('keeps takes that could not be saved in the list, whatever is recorded next', async () => {
    const library = makeLibrary();
    const full = await fillDisk();
    await library.add({ name: 'First', source });
    await library.add({ name: 'Second', source });
    expect(library.unsaved.map(({ name }) => name)).toEqual(['First', 'Second']);
    expect(library.open).toBe(library.unsaved[1]);
    full.mockRestore();
    const [first, second] = library.unsaved;
    await library.save(first!);
    expect(library.takes.map(({ name }) => name)).toEqual(['First']);
    expect(library.open!.name).toBe('Second');
    library.discard(second!);
    expect([library.unsaved, library.open]).toEqual([[], null]);
  });

  it('does not give the id of a take to another that was opened meanwhile', async () => {
    const { id } = await saveTake({ name: 'Other', source });
    const library = makeLibrary();
    const added = library.add({ name: 'First', source });
    await library.openTake(id);
    await added;
    expect(library.open).toMatchObject({ id, name: 'Other' });
  });

  it('opens a saved take with its output', async () => {
    const { id } = await saveTake({ name: 'Kept', source, output: output('joe') });
    const library = makeLibrary();
    await library.openTake(id);
    expect(library.open).toEqual({ id, name: 'Kept', source, isIntact: true, output: output('joe') });
    expect(opened.at(-1)).toBe(library.open);
  });

  it('shows an error when a take is gone; the open one stays open', async () => {
    const library = makeLibrary();
    await library.add({ name: 'First', source });
    await library.openTake('gone');
    expect(library.open!.name).toBe('First');
    expect(notices.list).toMatchObject([
      { kind: 'error', text: expect.stringMatching(/no longer on this device/) as string },
    ]);
  });

  it('renames a take, also the open one, but not to nothing', async () => {
    const library = makeLibrary();
    await library.add({ name: 'Wrong', source });
    const id = library.open!.id!;
    await library.rename(id, '   ');
    expect((await listTakes())[0]!.name).toBe('Wrong');
    await library.rename(id, '  Right ');
    expect([library.open!.name, library.takes[0]!.name]).toEqual(['Right', 'Right']);
  });

  it('deletes a take, and closes it if it is open', async () => {
    const { id: other } = await saveTake({ name: 'Other', source });
    const library = makeLibrary();
    await library.add({ name: 'First', source });
    await library.remove(other);
    expect(library.open!.name).toBe('First');
    await library.remove(library.open!.id!);
    expect(library.open).toBeNull();
    expect(opened.at(-1)).toBeNull();
    expect(library.takes).toEqual([]);
  });

  it.each([
    [1, /A take saved on this device is damaged/],
    [2, /2 takes saved on this device are damaged/],
  ])('warns of %i damaged takes, and lists the others', async (count, text) => {
    await saveTake({ name: 'Whole', source });
    const db = await database();
    const [row] = await db.getAll('takes');
    for (let i = 0; i < count; i++) await db.put('takes', { ...row!, id: `bad ${i}`, createdAt: NaN });
    const library = makeLibrary();
    await vi.waitFor(() => expect(notices.list).toHaveLength(1));
    expect(notices.list[0]).toMatchObject({ kind: 'warning', text: expect.stringMatching(text) as string });
    expect(library.takes.map(({ name }) => name)).toEqual(['Whole']);
  });
});
