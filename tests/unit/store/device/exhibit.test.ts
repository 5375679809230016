import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_EXHIBIT, formatExhibit, type Exhibit } from '../../../../src/files/exhibit';
import { readVoiceFile, writeVoiceFile } from '../../../../src/files/voice-file';
import { createSigningKey } from '../../../../src/provenance';
import { closeDatabase } from '../../../../src/store/db';
import { enrolledVoiceFiles } from '../../../../src/store/device/enrolled-voices';
import {
  exhibitInUse,
  forgetExhibit,
  importExhibit,
  readDraft,
  setVolume,
  undoExhibit,
  useExhibit,
  writeDraft,
} from '../../../../src/store/device/exhibit';
import { listVoices, revoke, saveVoice } from '../../../../src/store/voices';
import { dateInWords } from '../../../../src/text/format';
import { fakeVoice } from '../../engine/fake-networks';
import { sealed } from '../../provenance/records';

const URL = 'http://localhost/exhibit.json';

afterEach(async () => {
  vi.restoreAllMocks();
  await closeDatabase();
  await deleteDB('understudy');
});

const exhibit = (title: string, changes: Partial<Exhibit> = {}): Exhibit => ({
  ...DEFAULT_EXHIBIT,
  title: { en: title },
  ...changes,
});
const answer = (text: string, init?: ResponseInit) => async () => new Response(text, init);
const nothing = answer('no such file', { status: 404 });
const unreachable = () => Promise.reject(new TypeError('Failed to fetch'));
const titleOf = async (fetch: typeof globalThis.fetch = nothing) =>
  (await exhibitInUse(URL, fetch)).exhibit.title.en;

async function voiceFile(id: string, changes: Parameters<typeof sealed>[0] = {}, key = createSigningKey()) {
  const about = { id, name: `Voice ${id}`, language: 'en', description: '', createdAt: 1 };
  const voice = fakeVoice({ codebook: new Float32Array(4 * 128) });
  const parts = { about, voice, sealed: sealed(changes), preview: null };
  return Buffer.from(await writeVoiceFile(parts, await key)).toString('base64');
}

describe('the exhibit in use', () => {
  it('is the imported one, else exhibit.json, else the default one', async () => {
    const file = answer(formatExhibit(exhibit('From the server')));
    expect(await exhibitInUse(URL, nothing)).toMatchObject({ origin: 'default', exhibit: DEFAULT_EXHIBIT });
    expect(await exhibitInUse(URL, file)).toMatchObject({ origin: 'file', fault: null });
    await importExhibit(formatExhibit(exhibit('Imported')));
    expect(await exhibitInUse(URL, file)).toMatchObject({ origin: 'imported' });
    expect(await titleOf(file)).toBe('Imported');
    await forgetExhibit();
    expect(await titleOf(file)).toBe('From the server');
  });

  it('is the last good exhibit.json where the new one is wrong, and says which line is', async () => {
    const good = formatExhibit(exhibit('Good'));
    expect(await titleOf(answer(good))).toBe('Good');
    const wrong = await exhibitInUse(URL, answer(good.replace('"idleSeconds": 45', '"idleSeconds": 4')));
    expect(wrong.exhibit.title.en).toBe('Good');
    expect(wrong.fault?.place.line).toBe(good.split('\n').findIndex((each) => each.includes('idle')) + 1);
  });

  it('is the last good exhibit.json where the server cannot be reached, and not where there is none any more', async () => {
    expect(await titleOf(answer(formatExhibit(exhibit('Good'))))).toBe('Good');
    expect(await titleOf(unreachable)).toBe('Good');
    expect(await titleOf(answer('busy', { status: 503 }))).toBe('Good');
    expect((await exhibitInUse(URL, nothing)).origin).toBe('default');
    expect((await exhibitInUse(URL, unreachable)).origin).toBe('default');
  });

  it('is not the page with which a server answers every address', async () => {
    const page = answer('<!doctype html>', { headers: { 'Content-Type': 'text/html' } });
    expect(await exhibitInUse(URL, page)).toMatchObject({ origin: 'default', fault: null });
  });

  it('has the volume that the staff have set, but no higher one than the exhibit', async () => {
    await useExhibit(exhibit('Quiet', { volume: 0.5 }));
    expect((await exhibitInUse(URL, nothing)).volume).toBe(0.5);
    await setVolume(0.3);
    expect((await exhibitInUse(URL, nothing)).volume).toBe(0.3);
    await setVolume(0.9);
    expect((await exhibitInUse(URL, nothing)).volume).toBe(0.5);
  });
});

describe('an import', () => {
  it('of a wrong file keeps the old exhibit', async () => {
    await importExhibit(formatExhibit(exhibit('Old')));
    await expect(importExhibit('{ "format": 1 }')).rejects.toThrow('Line 1, column 13: format');
    expect(await titleOf()).toBe('Old');
  });

  it('can be undone', async () => {
    await importExhibit(formatExhibit(exhibit('First')));
    await importExhibit(formatExhibit(exhibit('Second')));
    expect((await exhibitInUse(URL, nothing)).isUndoable).toBe(true);
    await undoExhibit();
    expect(await titleOf()).toBe('First');
    expect((await exhibitInUse(URL, nothing)).isUndoable).toBe(false);
  });

  it('that was the first is undone to none', async () => {
    await importExhibit(formatExhibit(exhibit('First')));
    await undoExhibit();
    expect((await exhibitInUse(URL, nothing)).origin).toBe('default');
  });

  it('stores the enrolled voices whose records allow it, and names the others and why', async () => {
    const files = [
      await voiceFile('own-a'),
      await voiceFile('own-b', { uses: ['convert'] }),
      await voiceFile('own-c', { until: '2026-01-02' }),
      Buffer.from('PK\x03\x04 no zip').toString('base64'),
    ];
    const text = formatExhibit(exhibit('With voices', { voices: [{ id: 'own-a' }], enrolledVoices: files }));
    const { voices, refused } = await importExhibit(text);
    expect(voices).toEqual(['Voice own-a']);
    expect(refused.map(({ name }) => name)).toEqual(['Voice own-b', 'Voice own-c', '#4']);
    expect(refused[0]!.why).toMatch(/does not allow .* to be stored on another device/);
    expect(refused[1]!.why).toContain(`ended on ${dateInWords(new Date(2026, 0, 2))}`);
    expect((await listVoices()).voices.map(({ id }) => id)).toEqual(['own-a']);
    expect(await titleOf()).toBe('With voices');
  });

  it('does not bring back a voice that is revoked here', async () => {
    const file = await voiceFile('own-a');
    await revoke(sealed().sha256, 'Asked for.');
    const { refused } = await importExhibit(formatExhibit(exhibit('Again', { enrolledVoices: [file] })));
    expect(refused[0]!.why).toMatch(/has been revoked/);
    expect((await listVoices()).voices).toEqual([]);
  });

  it('does not replace a voice by one that somebody else has signed', async () => {
    const first = new Blob([Buffer.from(await voiceFile('own-a'), 'base64')]);
    const { signer } = await saveVoice(first, await readVoiceFile(first));
    const file = await voiceFile('own-a');
    const { refused } = await importExhibit(formatExhibit(exhibit('Other', { enrolledVoices: [file] })));
    expect(refused[0]!.why).toMatch(/signed with another key/);
    expect((await listVoices()).voices[0]!.signer).toBe(signer);
  });
});

it('an export takes along the files of voices that may leave the device', async () => {
  const files = [await voiceFile('own-a'), await voiceFile('own-b', { uses: ['convert', 'import'] })];
  await importExhibit(formatExhibit(exhibit('With voices', { enrolledVoices: files })));
  const out = await enrolledVoiceFiles(['kathleen', 'own-a', 'own-b']);
  expect(out.files).toEqual([files[0]]);
  expect(out.refused).toMatchObject([{ name: 'Voice own-b' }]);
});

it('a draft is kept although it is not valid yet', async () => {
  const draft = exhibit('', { title: {}, voices: [] });
  await writeDraft(draft);
  expect(await readDraft()).toEqual(draft);
  await writeDraft(undefined);
  expect(await readDraft()).toBeUndefined();
});
