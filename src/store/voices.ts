import { sha256Of } from '../files/hash';
import type { OwnVoice } from '../engine/types';
import type { VoiceFile } from '../files/voice-file';
import { createSigningKey, type SigningKey } from '../provenance';
import { keep } from './chunks';
import { database, StoreError } from './db';
import { isRevocation, isVoiceRow, type Revocation, type VoiceRow } from './rows';

const CHANNEL = 'understudy-voices';

/**
 * Keeps a voice file that has been read, row and file at once. Rejects with `quota`; then nothing of it is kept.
 *
 * A voice of the same id takes the place of the earlier one.
 */
export async function saveVoice(file: Blob, voice: VoiceFile): Promise<VoiceRow> {
  const db = await database();
  const bytes = await file.arrayBuffer();
  const row = await describeVoice(bytes, voice);
  await keep(db, 'the voice', async () => {
    const transaction = db.transaction(['voices', 'voiceFiles'], 'readwrite');
    await Promise.all([
      transaction.objectStore('voices').put(row),
      transaction.objectStore('voiceFiles').put(bytes, row.id),
      transaction.done,
    ]);
  });
  tellOtherTabs();
  return row;
}

/** The row of a voice file. */
export async function describeVoice(
  bytes: ArrayBuffer,
  { about, signer, sealed }: Pick<VoiceFile, 'about' | 'signer' | 'sealed'>,
): Promise<VoiceRow> {
  return { ...about, bytes: bytes.byteLength, sha256: await sha256Of(bytes), signer, consent: sealed };
}

/** The newest first; damaged rows stay where they are and are counted. */
export async function listVoices(): Promise<{ voices: VoiceRow[]; damaged: number }> {
  const rows: unknown[] = await (await database()).getAll('voices');
  const voices = rows.filter(isVoiceRow).sort((a, b) => b.createdAt - a.createdAt);
  return { voices, damaged: rows.length - voices.length };
}

export async function listOwnVoices(): Promise<OwnVoice[]> {
  const { voices } = await listVoices();
  return voices.map(({ id, name, language, description, consent }) => ({
    id,
    name,
    language,
    description,
    consent,
  }));
}

/** The file of a voice; undefined where there is none of this id. Rejects with `damaged` when it is not what was kept. */
export async function readVoice(id: string): Promise<Blob | undefined> {
  const db = await database();
  const row: unknown = await db.get('voices', id);
  if (row === undefined) return undefined;
  const bytes: unknown = await db.get('voiceFiles', id);
  if (!isVoiceRow(row) || !(bytes instanceof ArrayBuffer) || (await sha256Of(bytes)) !== row.sha256) {
    throw new StoreError(
      'damaged',
      'What this device keeps of the voice is damaged, so it is not used. Your takes and other voices are safe. Delete the voice, then import its file again or make it anew.',
    );
  }
  return new Blob([bytes]);
}

/** Deletes a voice and its file; one that is gone already is fine. */
export async function deleteVoice(id: string): Promise<void> {
  const transaction = (await database()).transaction(['voices', 'voiceFiles'], 'readwrite');
  await Promise.all([
    transaction.objectStore('voices').delete(id),
    transaction.objectStore('voiceFiles').delete(id),
    transaction.done,
  ]);
  tellOtherTabs();
}

/** Takes the leave of a record back on this device: no voice that needs it is used again. */
export async function revoke(sha256: string, reason: string): Promise<void> {
  const db = await database();
  await keep(db, 'the revocation', () => db.put('revocations', { sha256, at: Date.now(), reason }));
  tellOtherTabs();
}

export async function listRevocations(): Promise<Revocation[]> {
  const rows: unknown[] = await (await database()).getAll('revocations');
  return rows.filter(isRevocation);
}

export async function revoked(): Promise<ReadonlySet<string>> {
  try {
    // The key of a row is what counts here, even when the rest of it is damaged.
    return new Set(await (await database()).getAllKeys('revocations'));
  } catch (error) {
    // Where nothing can be kept, nothing has been taken back.
    if (error instanceof StoreError && error.code === 'unavailable') return new Set();
    throw error;
  }
}

/** The key of this browser that signs voice files, made at the first use. */
export async function signingKey(): Promise<SigningKey> {
  const db = await database();
  const kept = await db.get('keys', 'signing');
  if (kept) return kept;
  const made = await createSigningKey();
  // Another tab may have been faster.
  const transaction = db.transaction('keys', 'readwrite');
  const first = await transaction.store.get('signing');
  if (!first) await transaction.store.put(made, 'signing');
  await transaction.done;
  return first ?? made;
}

/** Calls `handler` when another tab has changed the voices; returns how to stop that. */
export function onVoicesChanged(handler: () => void): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => undefined;
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = handler;
  return () => channel.close();
}

export function tellOtherTabs(): void {
  if (typeof BroadcastChannel === 'undefined') return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('changed');
  channel.close();
}
