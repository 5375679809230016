import { deleteDB } from 'idb';
import { zipSync, type Zippable } from 'fflate';
import { vi } from 'vitest';
import { planArchive, type Plan, type PlanOptions } from '../../../src/archive/plan';
import { openArchive } from '../../../src/archive/read';
import { restoreArchive } from '../../../src/archive/restore';
import { writeArchive, type WriteOptions } from '../../../src/archive/write';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { readVoiceFile, writeVoiceFile } from '../../../src/files/voice-file';
import { readZip } from '../../../src/files/zip';
import { createSigningKey, type SealedRecord } from '../../../src/provenance';
import { closeDatabase, database } from '../../../src/store/db';
import { addRecording, changeEnrolment } from '../../../src/store/enrolments';
import type { EnrolmentRow } from '../../../src/store/rows';
import type { TakeOutput } from '../../../src/store/takes';
import { saveVoice } from '../../../src/store/voices';
import { detectWatermark } from '../../../src/watermark';
import { fakeVoice } from '../engine/fake-networks';
import { sealed } from '../provenance/records';
import { speechLike } from '../watermark/speech-like';

const key = await createSigningKey();
export const SPEECH = speechLike(2);

/** Switches to an empty device. */
export async function freshDevice(): Promise<void> {
  await closeDatabase();
  await deleteDB('understudy');
  const data = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => data.get(name) ?? null,
    setItem: (name: string, value: string) => void data.set(name, value),
  });
}

export async function voiceFile(id: string, name: string, consent: SealedRecord): Promise<Blob> {
  const about = { id, name, language: 'en', description: '', createdAt: 1 };
  const voice = fakeVoice({ codebook: Float32Array.from({ length: 4 * 128 }, (_, i) => i / 100) });
  const preview = new TextEncoder().encode('a preview');
  return new Blob([await writeVoiceFile({ about, voice, sealed: consent, preview }, key)]);
}

export async function keepVoice(id: string, name: string, consent = sealed()): Promise<Blob> {
  const file = await voiceFile(id, name, consent);
  await saveVoice(file, await readVoiceFile(file));
  return file;
}

export const source = { samples: Float32Array.from(SPEECH, (x) => x / 3), sampleRateHz: 24000 };

export const output = (changes: Partial<TakeOutput> = {}): TakeOutput => ({
  samples: SPEECH,
  sampleRateHz: 24000,
  voiceId: 'own-a',
  voiceName: 'Ada',
  controls: { ...DEFAULT_CONTROLS, pitchShiftSt: 2.5 },
  backend: 'wasm',
  rtf: 0.123456789,
  consent: sealed(),
  ...changes,
});

export async function saveEnrolment(row: EnrolmentRow): Promise<void> {
  await changeEnrolment(row.id, () => row, row);
}

export async function keepEnrolment(id = 'e'): Promise<EnrolmentRow> {
  const about = { name: 'Bea', language: 'de', description: '' };
  const row: EnrolmentRow = { id, createdAt: 7, about, step: 'consent', consent: null, recordings: [] };
  await saveEnrolment(row);
  const quality = { levelDb: -20.5, noiseDb: -60, clippedShare: 0, steadyShare: 0.2 };
  const embedding = Float32Array.from({ length: 128 }, (_, i) => Math.sin(i));
  const piece = { startSeconds: 0, endSeconds: 1, quality, embedding, reason: 'noisy' as const };
  await addRecording(id, {
    name: 'tape.wav',
    sha256: 'b'.repeat(64),
    sampleRateHz: 16000,
    samples: SPEECH.slice(0, 16001),
    pieces: [{ ...piece, choice: 'keep' }],
  });
  return changeEnrolment(id, (added) => ({ ...added, step: 'train', consent: sealed() }));
}

const voiceOf = () => Promise.resolve(null);

export const write = (options: Partial<WriteOptions> = {}) => writeArchive({ voiceOf, ...options });

export const plan = async (file: Blob, options: Partial<PlanOptions> = {}): Promise<Plan> =>
  planArchive(await openArchive(file), { voiceOf, ...options });

/** Resolves with the conversions that got no seal. */
export const bringBack = async (file: Blob, options: Partial<PlanOptions> = {}) =>
  restoreArchive(await plan(file, options), { readMark: detectWatermark });

/** Contents of the database for comparison: rows, and the keys of samples and files, without the signing key. */
export async function contents(): Promise<unknown> {
  const db = await database();
  const keys = (['chunks', 'voiceFiles'] as const).map((name) => db.getAllKeys(name));
  const rows = (['takes', 'voices', 'revocations', 'enrolments'] as const).map((name) => db.getAll(name));
  return Promise.all([...keys, ...rows]);
}

export async function parts(file: Blob): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const entries = await readZip(file, { entries: 1000, entryBytes: 1e9 });
  const all: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const [name, entry] of entries) all[name] = new Uint8Array(await entry.read());
  return all;
}

export const pack = (files: Zippable, level: 0 | 9 = 0) => new Blob([zipSync(files, { level })]);

/** The manifest of an archive, untyped. */
export interface Listed {
  version: number;
  voices: ListedPart[];
  takes: {
    id: string;
    name: string;
    source: { seconds: number; sampleRateHz: number };
    samples: ListedPart;
    output: { consent: unknown; sampleRateHz: number; wav: ListedPart } | null;
  }[];
  [name: string]: unknown;
}

interface ListedPart {
  name: string;
  bytes: number;
  sha256: string;
}

/** The same archive with another manifest. */
export async function relisted(file: Blob, change: (list: Listed) => void): Promise<Blob> {
  const all = await parts(file);
  const list = JSON.parse(new TextDecoder().decode(all['manifest.json'])) as Listed;
  change(list);
  return pack({ ...all, 'manifest.json': new TextEncoder().encode(JSON.stringify(list)) });
}
