import { hexOf, sha256Of } from '../files/hash';
import type { OwnVoice } from '../engine/types';
import { readVoiceFile, type VoiceFile } from '../files/voice-file';
import { createSigningKey, isRevoked, plainText, type SigningKey, type VoiceHere } from '../provenance';
import { m } from '../text/messages';
import { notifyChanged } from './changes';
import { keep } from './chunks';
import { database, inTransaction, StoreError } from './db';
import { recallTime } from './device/clock';
import { deviceKey } from './device-keys';
import { shareMemory } from './memory/share';
import { pinSigner } from './signers';
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
  await keep(db, 'voice', async () => {
    const transaction = db.transaction(['voices', 'voiceFiles', 'signers'], 'readwrite');
    await Promise.all([
      transaction.objectStore('voices').put(row),
      transaction.objectStore('voiceFiles').put(bytes, row.id),
      pinSigner(transaction.objectStore('signers'), row),
      transaction.done,
    ]);
  });
  await shareMemory({ voices: [row.id] });
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
  const voices = rows
    .filter(isVoiceRow)
    .sort((a, b) => b.createdAt - a.createdAt)
    .map(inert);
  return { voices, damaged: rows.length - voices.length };
}

/** A row with its texts as they can be shown. */
function inert(row: VoiceRow): VoiceRow {
  return { ...row, name: plainText(row.name), description: plainText(row.description, '') };
}

export async function listOwnVoices(): Promise<OwnVoice[]> {
  const { voices } = await listVoices();
  const gone = await revokedIds(voices);
  const own = voices.map(async (row): Promise<OwnVoice> => {
    const { id, name, language, description, consent } = row;
    // The row can be edited; the file is signed.
    const { sealed = consent, data = [] } = (await contentOf(row)) ?? {};
    return { id, name, language, description, consent: sealed, data, isRevoked: gone.has(id) };
  });
  return Promise.all(own);
}

/** Record and data of a voice on this device, as its file has them; null if there is none that can be read. */
export async function ownVoiceHere(id: string): Promise<VoiceHere | null> {
  const row: unknown = await (await database()).get('voices', id);
  const content = isVoiceRow(row) ? await contentOf(row) : undefined;
  return content ? { consent: content.sealed, data: content.data } : null;
}

/** The file of a voice; undefined for an unknown id. Rejects with `damaged` where the file does not match its hash. */
export async function readVoice(id: string): Promise<Blob | undefined> {
  const db = await database();
  const row: unknown = await db.get('voices', id);
  if (row === undefined) return undefined;
  const bytes: unknown = await db.get('voiceFiles', id);
  if (!isVoiceRow(row) || !(bytes instanceof ArrayBuffer) || (await sha256Of(bytes)) !== row.sha256) {
    throw new StoreError('damaged', m.store_voice_damaged());
  }
  return new Blob([bytes]);
}

export async function hasVoice(id: string): Promise<boolean> {
  return (await (await database()).count('voices', id)) > 0;
}

/** Deletes a voice and its file, if they exist. */
export async function deleteVoice(id: string): Promise<void> {
  const transaction = (await database()).transaction(['voices', 'voiceFiles'], 'readwrite');
  await Promise.all([
    transaction.objectStore('voices').delete(id),
    transaction.objectStore('voiceFiles').delete(id),
    transaction.done,
  ]);
  await shareMemory({ voices: [id] });
  notifyChanged('voices');
}

/** Revokes a consent record on this device: voices that depend on it cannot be used any more. */
export async function revoke(sha256: string, reason: string): Promise<void> {
  await revokeAll([sha256], reason);
}

/**
 * Revokes a voice on this device: its record, its data and the recordings it was made from, and the records of other voices
 * here with the same data. So it stays revoked under another id, name, key or record.
 */
export async function revokeVoice(voice: VoiceRow, reason: string): Promise<void> {
  const { voices } = await listVoices();
  const { sealed, data: all = [] } = (await contentOf(voice)) ?? {};
  const { parents = [], sources = [] } = sealed?.record ?? {};
  // A blend of a single voice may have that voice's data, which others have a right to.
  const data = parents.length === 1 ? [] : all;
  const hashes = new Set([voice.consent.sha256, ...(sealed ? [sealed.sha256] : []), ...data, ...sources]);
  for (const other of voices) {
    const content = await contentOf(other);
    if (content?.data.some((hash) => data.includes(hash))) hashes.add(content.sealed.sha256);
  }
  await revokeAll([...hashes], reason);
}

async function revokeAll(hashes: string[], reason: string): Promise<void> {
  const db = await database();
  await keep(db, 'revocation', async () => {
    await inTransaction(db, ['revocations'], async (transaction) => {
      const revocations = transaction.objectStore('revocations');
      for (const sha256 of hashes) {
        // Time and reason are those of the first revocation.
        if (!isRevocation(await revocations.get(sha256)))
          await revocations.put({ sha256, at: Date.now(), reason });
      }
    });
  });
  await shareMemory({ revocations: hashes });
  notifyChanged('voices');
}

/** Ids of those of the voices that are revoked on this device. */
export async function revokedIds(voices: VoiceRow[]): Promise<ReadonlySet<string>> {
  const known = await revoked();
  const ids = new Set<string>();
  if (known.size === 0) return ids;
  for (const row of voices) {
    const content = await contentOf(row);
    if (content && isRevoked(content.sealed, known, content.data)) ids.add(row.id);
  }
  return ids;
}

type Content = Pick<VoiceFile, 'sealed' | 'data'>;

/** Record and data of voice files, which never change, by the sha256 of the file. */
const contents = new Map<string, Content>();

/** The signed record and the data of a stored voice; undefined where its file cannot be read, since it cannot be used then. */
async function contentOf({ id, sha256 }: VoiceRow): Promise<Content | undefined> {
  const known = contents.get(sha256);
  if (known) return known;
  const file = await readVoice(id).catch(() => undefined);
  const voice = file && (await readVoiceFile(file).catch(() => undefined));
  if (voice) contents.set(sha256, { sealed: voice.sealed, data: voice.data });
  return voice;
}

export async function listRevocations(): Promise<Revocation[]> {
  const rows: unknown[] = await (await database()).getAll('revocations');
  return rows.filter(isRevocation);
}

/**
 * sha256 of all that is revoked on this device, see `Circumstances`. Reads the latest time seen too, on which the check of a
 * permission depends as well.
 */
export async function revoked(): Promise<ReadonlySet<string>> {
  try {
    await recallTime();
    // Keys, so that damaged rows count too.
    return new Set(await (await database()).getAllKeys('revocations'));
  } catch (error) {
    // Without storage nothing can have been revoked.
    if (error instanceof StoreError && error.code === 'unavailable') return new Set();
    throw error;
  }
}

/** Public key of this browser's signing key, hex; null while there is none. */
export async function ownSigner(): Promise<string | null> {
  const key = (await (await database()).get('keys', 'signing')) as SigningKey | undefined;
  return key ? hexOf(key.publicKey) : null;
}

/** The key with which this browser signs voice files, generated at the first use. */
export async function signingKey(): Promise<SigningKey> {
  return deviceKey(await database(), 'signing', createSigningKey);
}
