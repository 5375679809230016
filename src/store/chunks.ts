import type { IDBPDatabase, IDBPObjectStore, StoreNames } from 'idb';
import { concat } from '../dsp/arrays';
import { m } from '../text/messages';
import { StoreError, type Schema } from './schema';

/** The object store `chunks` of a transaction. */
type Chunks = IDBPObjectStore<Schema, StoreNames<Schema>[], 'chunks', 'readwrite'>;

const CHUNK_BYTES = 4 * 1024 * 1024;
const KEPT = {
  take: m.store_full_take,
  recording: m.store_full_recording,
  unfinished: m.store_full_unfinished,
  voice: m.store_full_voice,
  name: m.store_full_name,
  exhibit: m.store_full_exhibit,
  revocation: m.store_full_revocation,
  archive: m.store_full_archive,
};

/** Stores samples in chunks under a samples id, see `newSamplesId`. */
export async function writeSamples(
  db: IDBPDatabase<Schema>,
  id: string,
  samples: Float32Array,
): Promise<void> {
  const step = CHUNK_BYTES / 4;
  for (let chunk = 0; chunk * step < samples.length; chunk++) {
    await db.put('chunks', samples.slice(chunk * step, (chunk + 1) * step).buffer, [id, chunk]);
  }
}

/** As `readParts`, joined. */
export async function readSamples(
  ...stored: Parameters<typeof readParts>
): Promise<Float32Array<ArrayBuffer>> {
  return concat(await readParts(...stored));
}

/**
 * Samples as they were stored, part by part. Rejects with `damaged` unless they are exactly `length`; `name` is that of their take
 * or recording.
 */
export async function readParts(
  db: IDBPDatabase<Schema>,
  id: string,
  length: number,
  name: string,
): Promise<Float32Array<ArrayBuffer>[]> {
  const chunks = await db.getAll('chunks', chunksOf(id));
  const found = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  if (found !== 4 * length) throw incomplete(name);
  return chunks.map((chunk) => new Float32Array(chunk));
}

/** Copies samples to another samples id. Rejects as `readParts`. */
export async function copySamples(
  chunks: Chunks,
  from: string,
  to: string,
  length: number,
  name: string,
): Promise<void> {
  let found = 0;
  for (const key of await chunks.getAllKeys(chunksOf(from))) {
    const chunk = (await chunks.get(key))!;
    found += chunk.byteLength;
    await chunks.put(chunk, [to, key[1]]);
  }
  if (found !== 4 * length) throw incomplete(name);
}

function incomplete(name: string): StoreError {
  return new StoreError('damaged', m.store_part_missing({ name }));
}

/** Deletes what is stored beyond the first `length` samples. */
export async function cutSamples(chunks: Chunks, id: string, length: number): Promise<void> {
  let at = 0;
  for (let cursor = await chunks.openCursor(chunksOf(id)); cursor; cursor = await cursor.continue()) {
    const { byteLength } = cursor.value;
    if (at >= 4 * length) void cursor.delete();
    else if (at + byteLength > 4 * length) void cursor.update(cursor.value.slice(0, 4 * length - at));
    at += byteLength;
  }
}

/** The keys of all chunks of a samples id. */
export function chunksOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, Infinity]);
}

/** Runs a write. On failure, deletes the samples of the ids in `begun`. `what`: the data, as the user is told. Rejects with `quota`. */
export async function keep<T>(
  db: IDBPDatabase<Schema>,
  what: keyof typeof KEPT,
  write: () => Promise<T>,
  begun: string[] = [],
): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    for (const id of begun) await db.delete('chunks', chunksOf(id)).catch(() => undefined);
    if ((cause as { name?: unknown } | null)?.name !== 'QuotaExceededError') throw cause;
    throw new StoreError('quota', m.store_full({ what: KEPT[what]() }), { cause });
  }
}
