import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PublishedFiles } from '../../../src/files/published';
import { VoiceCatalogue } from '../../../src/files/voice-catalogue';
import { readVoiceFile, writeVoiceFile } from '../../../src/files/voice-file';
import { createSigningKey, requirePermission, type SealedRecord } from '../../../src/provenance';
import type { VoiceSummary } from '../../../src/engine/types';
import { isVoiceGone } from '../../../src/live/voice-gone';
import type { LiveStatus } from '../../../src/realtime/live-types';
import { database } from '../../../src/store/db';
import { loadTake, saveTake } from '../../../src/store/takes';
import { firstSigner } from '../../../src/store/signers';
import {
  deleteVoice,
  hasVoice,
  listOwnVoices,
  listVoices,
  ownVoiceHere,
  readVoice,
  revoke,
  revoked,
  revokedIds,
  revokeVoice,
  saveVoice,
} from '../../../src/store/voices';
import { VoiceLibrary } from '../../../src/voices/voice-library.svelte';
import { output, plan, source, write } from '../archive/device';
import { fakeVoice } from '../engine/fake-networks';
import { fakeConverter, openBrowser, pageContext } from '../page';
import { blend, sealed } from '../provenance/records';

const mine = await createSigningKey();
const theirs = await createSigningKey();
const other = (name: string) =>
  sealed({
    person: { name, status: 'living' },
    sources: ['b'.repeat(64)],
    revocationContact: `${name}@example.test`,
  });
const ramp = (length: number, by: number) => Float32Array.from({ length }, (_, i) => i / by);
const DATA = { embedding: ramp(128, 10), codebook: ramp(4 * 128, 100), timbre: ramp(4 * 40, 50) };

beforeEach(openBrowser);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function file(id: string, consent: SealedRecord, { data = DATA, key = mine } = {}): Promise<File> {
  const about = { id, name: id, language: 'en', description: '', createdAt: 1 };
  const voice = { ...fakeVoice(), ...data };
  const bytes = await writeVoiceFile({ about, voice, sealed: consent, preview: null }, key);
  return new File([bytes], `${id}.understudy`);
}

const save = async (blob: Blob) => saveVoice(blob, await readVoiceFile(blob));
const otherData = {
  ...DATA,
  ...{ embedding: ramp(128, 11), codebook: ramp(4 * 128, 101), timbre: ramp(4 * 40, 51) },
};

function catalogue(): VoiceCatalogue {
  const nothing = new PublishedFiles(
    { version: 2, sampleRateHz: 24000, analysisRateHz: 16000, hopSamples: 240, files: [] },
    new Map(),
  );
  const own = {
    list: listOwnVoices,
    read: readVoice,
    has: hasVoice,
    revoked,
    onChange: () => () => undefined,
  };
  return new VoiceCatalogue('https://example.test/models/', nothing, own);
}

async function use(id: string): Promise<unknown> {
  const { permission } = await catalogue().read(id);
  return requirePermission(permission.sealed, 'convert', permission);
}

async function revokeFirst(consent = other('Ada')) {
  const row = await save(await file('own-a', consent));
  await revokeVoice(row, 'asked for');
}

describe('a revoked voice', () => {
  it.each([
    ['the same data', 'own-b', other('Bea')],
    ['one array of it', 'own-b', other('Bea')],
    ['the same recordings', 'own-c', sealed({ sources: ['b'.repeat(64), 'c'.repeat(64)] })],
    ['a blend of the latter', 'own-d', blend([sealed({ sources: ['b'.repeat(64)] })])],
  ])('stays revoked as another voice with another record and key: %s', async (what, id, consent) => {
    await revokeFirst();
    const data = {
      'the same data': DATA,
      'one array of it': { ...otherData, codebook: DATA.codebook },
    }[what];
    const copy = await file(id, consent, { key: theirs, data: data ?? otherData });
    await save(copy);
    await expect(use(id)).rejects.toMatchObject({ code: 'consent-revoked' });
    expect((await listOwnVoices()).map(({ isRevoked }) => isRevoked)).toEqual([true, true]);
    expect((await catalogue().list()).every(({ isRevoked }) => isRevoked)).toBe(true);
  });

  it('is refused when its data is imported under another record', async () => {
    await revokeFirst();
    await deleteVoice('own-a');
    const page = pageContext(fakeConverter());
    const library = new VoiceLibrary(page.context, page.scope);
    await library.open(await file('own-b', other('Bea'), { key: theirs }));
    expect(library.pending).toBeNull();
    expect(page.notices.list).toMatchObject([{ text: expect.stringMatching(/has been revoked/) as string }]);
  });

  it('takes the other records of its data with it, so that takes made with them are not exported', async () => {
    await save(await file('own-b', other('Bea')));
    await revokeFirst();
    expect(await revoked()).toContain(other('Bea').sha256);
  });

  it('is not exported by takes made with its data under another record, even if that voice is deleted', async () => {
    const row = await save(await file('own-b', other('Bea')));
    const { data } = (await ownVoiceHere(row.id))!;
    const made = { voiceId: row.id, consent: other('Bea') };
    const { id } = await saveTake({ name: 'T', source, output: output({ ...made, voiceData: [...data] }) });
    await deleteVoice(row.id);
    expect((await write()).leftOut).toEqual([]);
    await revokeFirst();
    const { leftOut } = await write();
    expect(leftOut).toContainEqual({
      name: 'T, as Ada',
      why: expect.stringMatching(/has been revoked/) as string,
    });
    // The hashes are sealed with the rest.
    const db = await database();
    const take = (await db.get('takes', id))!;
    delete take.output!.voiceData;
    await db.put('takes', take);
    expect((await loadTake(id)).isIntact).toBe(false);
  });

  it('is not exported by takes of earlier versions, which do not say which data made them', async () => {
    await save(await file('own-b', other('Bea')));
    await saveTake({ name: 'T', source, output: output({ voiceId: 'own-b', consent: other('Bea') }) });
    const [hash] = (await ownVoiceHere('own-b'))!.data;
    await revoke(hash!, 'asked for');
    const { leftOut } = await write({ voiceOf: ownVoiceHere });
    expect(leftOut).toContainEqual({
      name: 'T, as Ada',
      why: expect.stringMatching(/has been revoked/) as string,
    });
  });

  it('falls silent in a live session, by whatever of it is revoked', async () => {
    await save(await file('own-b', other('Bea')));
    const [summary] = (await catalogue().list()) as [VoiceSummary];
    const status = { voices: [summary] } as unknown as LiveStatus;
    expect(await isVoiceGone(status, 'own-b')).toBe(false);
    await revoke(summary.data[0]!, 'asked for');
    expect(await isVoiceGone(status, 'own-b')).toBe(true);
  });

  it('leaves voices of other data and recordings alone', async () => {
    await revokeFirst();
    await save(await file('own-e', sealed(), { data: otherData }));
    await expect(use('own-e')).resolves.toBeTruthy();
    const { voices } = await listVoices();
    expect([...(await revokedIds(voices))]).toEqual(['own-a']);
  });

  it('that is an unchanged copy of one other voice leaves that one alone', async () => {
    await save(await file('own-e', sealed()));
    await revokeFirst(blend([sealed()], { sources: [] }));
    await expect(use('own-e')).resolves.toBeTruthy();
  });
});

it('the record in the list of voices is that of the file, also where its row was edited', async () => {
  const row = await save(await file('own-b', other('Bea')));
  await (await database()).put('voices', { ...row, consent: sealed() });
  expect((await listOwnVoices())[0]!.consent).toEqual(other('Bea'));
});

describe('the first signer of an id', () => {
  it('is kept, and another one is named beside it before an import', async () => {
    await save(await file('own-a', sealed()));
    await deleteVoice('own-a');
    const page = pageContext(fakeConverter());
    const library = new VoiceLibrary(page.context, page.scope);
    await library.open(await file('own-a', sealed(), { key: mine }));
    expect(library.pending).toMatchObject({ otherSigner: null });
    await library.decline();
    await library.open(await file('own-a', sealed(), { key: theirs }));
    const hex = (key: Uint8Array) => Buffer.from(key).toString('hex');
    expect(library.pending).toMatchObject({
      otherSigner: hex(mine.publicKey),
      voice: { signer: hex(theirs.publicKey) },
    });
    await library.accept();
    expect(await firstSigner('own-a')).toBe(hex(mine.publicKey));
  });

  it('keeps a voice of an archive out that another key signed', async () => {
    await save(await file('own-a', sealed(), { key: theirs }));
    const { file: archive } = await write();
    await openBrowser();
    await save(await file('own-a', sealed()));
    await deleteVoice('own-a');
    const { voices, refused } = await plan(archive);
    expect(voices).toEqual([]);
    expect(refused).toMatchObject([{ why: expect.stringMatching(/first signed with the key/) as string }]);
  });
});
