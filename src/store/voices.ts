import { sha256Of } from '../files/hash';
import type { OwnVoice } from '../engine/types';
import type { VoiceFile } from '../files/voice-file';
import { createSigningKey, type SigningKey } from '../provenance';
import { notifyChanged } from './changes';
import { keep } from './chunks';
import { database, StoreError } from './db';
import { shareMemory } from './memory/share';
import { isRevocation, isVoiceRow, type Revocation, type VoiceRow } from './rows';

/**
 * Saves a parsed voice file, row and file in one transaction; replaces a voice of the same id.
 *
 * Rejects with `quota`; then nothing is stored.
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
  await shareMemory();
  notifyChanged('voices');
  return row;
}

/** The row of a voice file. */
export async function describeVoice(
  bytes: ArrayBuffer,
  { about, signer, sealed }: Pick<VoiceFile, 'about' | 'signer' | 'sealed'>,
): Promise<VoiceRow> {
  return { ...about, bytes: bytes.byteLength, sha256: await sha256Of(bytes), signer, consent: sealed };
}

/** Newest first. Damaged rows are kept and counted. */
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

/** The file of a voice; undefined for an unknown id. Rejects with `damaged` where the file does not match its hash. */
export async function readVoice(id: string): Promise<Blob | undefined> {
  const db = await database();
  const row: unknown = await db.get('voices', id);
  if (row === undefined) return undefined;
  const bytes: unknown = await db.get('voiceFiles', id);
  if (!isVoiceRow(row) || !(bytes instanceof ArrayBuffer) || (await sha256Of(bytes)) !== row.sha256) {
    throw new StoreError(
      'damaged',
      'This voice is damaged on this device, so it cannot be used. Your takes and other voices are safe. Delete the voice, then import its file again or make it anew.',
    );
  }
  return new Blob([bytes]);
}

/** Deletes a voice and its file, if they exist. */
export async function deleteVoice(id: string): Promise<void> {
  const transaction = (await database()).transaction(['voices', 'voiceFiles'], 'readwrite');
  await Promise.all([
    transaction.objectStore('voices').delete(id),
    transaction.objectStore('voiceFiles').delete(id),
    transaction.done,
  ]);
  await shareMemory();
  notifyChanged('voices');
}

/** Revokes a consent record on this device: voices that depend on it cannot be used any more. */
export async function revoke(sha256: string, reason: string): Promise<void> {
  const db = await database();
  await keep(db, 'the revocation', () => db.put('revocations', { sha256, at: Date.now(), reason }));
  await shareMemory();
  notifyChanged('voices');
}

export async function listRevocations(): Promise<Revocation[]> {
  const rows: unknown[] = await (await database()).getAll('revocations');
  return rows.filter(isRevocation);
}

/** sha256 of all records revoked on this device. */
export async function revoked(): Promise<ReadonlySet<string>> {
  try {
    // Keys, so that damaged rows count too.
    return new Set(await (await database()).getAllKeys('revocations'));
  } catch (error) {
    // Without storage nothing can have been revoked.
    if (error instanceof StoreError && error.code === 'unavailable') return new Set();
    throw error;
  }
}

/** The key with which this browser signs voice files, generated at the first use. */
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
