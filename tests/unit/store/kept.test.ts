import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { readVoiceFile, writeVoiceFile } from '../../../src/files/voice-file';
import { createSigningKey } from '../../../src/provenance';
import { sha256Of } from '../../../src/files/hash';
import { closeDatabase, database } from '../../../src/store/db';
import { checkPin, hasPin, resetPin } from '../../../src/store/device/pin';
import { readDraft as readExhibitDraft, writeDraft } from '../../../src/store/device/exhibit';
import { countOne, readCounters } from '../../../src/store/device/counters';
import { DEFAULT_EXHIBIT } from '../../../src/files/exhibit';
import { Draft } from '../../../src/store/drafts';
import { addRecording, listEnrolments, saveMade } from '../../../src/store/enrolments';
import { wasDeletedHere } from '../../../src/store/kept/deleted-here';
import { KINDS } from '../../../src/store/kept/kept';
import { CLASS_KEY } from '../../../src/store/kept/local';
import { ModelStore } from '../../../src/store/models';
import { loadScores, saveScores } from '../../../src/store/quiz';
import { loadSettings, saveSettings } from '../../../src/store/settings';
import { noticeEviction } from '../../../src/store/space';
import { listTakes, saveTake } from '../../../src/store/takes';
import { listVoices, readVoice, revoked, revokeVoice, saveVoice } from '../../../src/store/voices';
import { fakeVoice } from '../engine/fake-networks';
import { sealed } from '../provenance/records';
import { enrolment, recording } from './enrolment-rows';
import { fakeLocks } from './fake-locks';

const BASE = 'https://understudy.example/models/';
const source = { samples: new Float32Array(8000).fill(0.1), sampleRateHz: 8000 };
const output = {
  samples: new Float32Array(24_000).fill(0.1),
  sampleRateHz: 24_000,
  voiceId: 'kathleen',
  voiceName: 'Kathleen',
  controls: DEFAULT_CONTROLS,
  backend: 'wasm' as const,
};
const chunkCount = async () => (await database()).count('chunks');

let texts: Map<string, string>;

beforeEach(() => {
  vi.stubGlobal('navigator', { locks: fakeLocks() });
  texts = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, value: string) => void texts.set(key, value),
    removeItem: (key: string) => void texts.delete(key),
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await closeDatabase();
  await deleteDB('understudy');
  await deleteDB('understudy-networks');
});

async function keepVoice(id = 'own-a') {
  const about = { id, name: 'Ada', language: 'en', description: '', createdAt: 1 };
  const voice = fakeVoice({ codebook: new Float32Array(4 * 128) });
  const parts = { about, voice, sealed: sealed(), preview: null };
  const file = new Blob([await writeVoiceFile(parts, await createSigningKey())]);
  return { file, row: await saveVoice(file, await readVoiceFile(file)) };
}

describe('takes', () => {
  it('are counted with the samples of recording and conversion', async () => {
    expect(await KINDS.takes.held()).toEqual({ count: 0, bytes: 0 });
    await saveTake({ name: 'First', source });
    await saveTake({ name: 'Second', source, output });
    expect(await KINDS.takes.held()).toEqual({ count: 2, bytes: 4 * (8000 + 8000 + 24_000) });
  });

  it('are deleted with all their samples, damaged ones too, and nothing else is', async () => {
    const { id } = await saveTake({ name: 'First', source, output });
    await (await database()).put('takes', { id: 'damaged' } as never);
    await addRecording('e', recording, enrolment());
    await keepVoice();
    await KINDS.takes.remove();
    expect(await KINDS.takes.held()).toEqual({ count: 0, bytes: 0 });
    expect(await listTakes()).toEqual([]);
    // That of the unfinished voice.
    expect(await chunkCount()).toBe(1);
    expect((await listVoices()).voices).toHaveLength(1);
    expect(await listEnrolments()).toHaveLength(1);
    expect([wasDeletedHere(id), wasDeletedHere('another')]).toEqual([true, false]);
  });

  it('are all kept where one cannot be deleted', async () => {
    await saveTake({ name: 'First', source });
    await saveTake({ name: 'Second', source });
    vi.spyOn(IDBObjectStore.prototype, 'clear').mockImplementation(() => {
      throw new DOMException('broken', 'UnknownError');
    });
    await expect(KINDS.takes.remove()).rejects.toThrow('broken');
    vi.restoreAllMocks();
    expect(await listTakes()).toHaveLength(2);
    expect(await chunkCount()).toBe(2);
  });
});

describe('unfinished voices and recordings', () => {
  it('are counted and deleted, but for what another tab records', async () => {
    await addRecording('e', recording, enrolment());
    await saveMade('e', new Blob([new Uint8Array(100)]));
    const [abandoned, recorded] = [{ name: 'A' }, { name: 'B' }].map(
      (each) => new Draft({ ...each, sampleRateHz: 8000, enrolmentId: 'e' }, () => undefined),
    );
    for (const draft of [abandoned!, recorded!]) {
      draft.append(new Float32Array(4000));
      await draft.end();
    }
    await abandoned!.release();
    await saveTake({ name: 'Take', source });
    expect(await KINDS.unfinished.held()).toEqual({ count: 2, bytes: 4 * 16_000 + 100 + 4 * 4000 });
    await KINDS.unfinished.remove();
    expect(await KINDS.unfinished.held()).toEqual({ count: 0, bytes: 0 });
    const db = await database();
    expect((await db.getAll('drafts')).map(({ name }) => name)).toEqual(['B']);
    expect(await db.count('voiceFiles')).toBe(0);
    // That of the take, and the one that is being recorded.
    expect(await chunkCount()).toBe(2);
  });
});

describe('own voices', () => {
  it('are deleted with their files, and what was withdrawn stays withdrawn', async () => {
    const { file, row } = await keepVoice();
    noticeEviction(1);
    await revokeVoice(row, 'test');
    const before = await revoked();
    expect(before.size).toBeGreaterThan(0);
    await addRecording('e', recording, enrolment());
    await saveMade('e', new Blob([new Uint8Array(100)]));
    expect(await KINDS.voices.held()).toEqual({ count: 1, bytes: file.size });
    await KINDS.voices.remove();
    expect(await KINDS.voices.held()).toEqual({ count: 0, bytes: 0 });
    expect(await readVoice('own-a')).toBeUndefined();
    expect(await revoked()).toEqual(before);
    // No page takes it for an eviction by the browser.
    expect(noticeEviction(0)).toBe(0);
    // A voice that was made but not kept is none of them.
    expect(await (await database()).count('voiceFiles')).toBe(1);
  });
});

describe('what makes the device a kiosk', () => {
  it('is deleted; a file that has set a new PIN does not work again', async () => {
    const fetch = async () => new Response('{ "newPin": "271828" }');
    expect(await resetPin('staff-reset.json', fetch)).toBe(true);
    await writeDraft(DEFAULT_EXHIBIT);
    await countOne('visits');
    expect(await KINDS.kiosk.held()).toMatchObject({ count: 3 });
    expect((await KINDS.kiosk.held()).bytes).toBeGreaterThan(100);
    await KINDS.kiosk.remove();
    expect(await KINDS.kiosk.held()).toEqual({ count: 0, bytes: 0 });
    expect([await hasPin(), await readExhibitDraft()]).toEqual([false, undefined]);
    expect((await readCounters()).visits).toBe(0);
    expect(await resetPin('staff-reset.json', fetch)).toBe(false);
    expect(await checkPin('271828')).toMatchObject({ is: 'wrong' });
  });
});

describe('settings and scores', () => {
  it('are deleted each for itself', async () => {
    saveSettings({ voiceId: 'joe' });
    saveScores({ mark: { right: 1, of: 2 }, computer: { right: 0, of: 0 } });
    expect(await KINDS.settings.held()).toEqual({
      count: 1,
      bytes: texts.get('understudy-settings')!.length,
    });
    await KINDS.settings.remove();
    expect([loadSettings().voiceId, loadScores().mark.of]).toEqual(['kathleen', 2]);
    texts.set(CLASS_KEY, '{}');
    expect(await KINDS.scores.held()).toMatchObject({ count: 2 });
    await KINDS.scores.remove();
    expect(loadScores().mark.of).toBe(0);
    expect(await KINDS.scores.held()).toEqual({ count: 0, bytes: 0 });
  });

  it('are none where the browser refuses localStorage', async () => {
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      get() {
        throw new DOMException('blocked', 'SecurityError');
      },
    });
    expect(await KINDS.settings.held()).toEqual({ count: 0, bytes: 0 });
    await KINDS.settings.remove();
  });
});

describe('the networks', () => {
  it('are counted as far as they have arrived, and deleted', async () => {
    const bytes = new Uint8Array(1000).fill(7).buffer;
    const file = {
      file: 'content.onnx',
      kind: 'network',
      role: 'content',
      bytes: bytes.byteLength,
      sha256: await sha256Of(bytes),
      lookAheadFrames: 2,
      stateShapes: [[1, 256, 6]] as number[][],
      licence: 'MIT',
      origin: 'here',
    } as const;
    const other = { ...file, file: 'generator.onnx', role: 'generator', sha256: 'f'.repeat(64) } as const;
    const manifest = { version: 2, sampleRateHz: 24000, analysisRateHz: 16000, hopSamples: 240 };
    const fetch = async (url: string) =>
      url.endsWith('.json') ? Response.json({ ...manifest, files: [file, other] }) : new Response(bytes);
    vi.stubGlobal('fetch', fetch);
    const models = await ModelStore.open();
    await models.loadFiles([file], { baseUrl: BASE });
    await models.writeNote('speed', 1);
    expect(await KINDS.networks.held(BASE)).toEqual({ count: 1, bytes: 1000 });
    await KINDS.networks.remove(BASE);
    expect(await KINDS.networks.held(BASE)).toEqual({ count: 0, bytes: 0 });
    expect(await models.readFiles([file])).toBeUndefined();
    models.close();
  });
});
