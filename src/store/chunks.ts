import type { IDBPDatabase } from 'idb';
import { StoreError, type Schema } from './db';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Keeps samples in chunks under an id of their own, see `newSamplesId`. */
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

/** Rejects with `damaged` unless exactly `length` samples are there; `name` is what they belong to. */
export async function readSamples(
  db: IDBPDatabase<Schema>,
  id: string,
  length: number,
  name: string,
): Promise<Float32Array<ArrayBuffer>> {
  const chunks = await db.getAll('chunks', chunksOf(id));
  const found = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  if (found !== 4 * length) {
    throw new StoreError(
      'damaged',
      `A part of "${name}" is missing on this device, so it cannot be opened. The other takes are safe, and so are the voices. Delete this one, or open the file it came from again.`,
    );
  }
  const samples = new Float32Array(length);
  let at = 0;
  for (const chunk of chunks) {
    const part = new Float32Array(chunk);
    samples.set(part, at);
    at += part.length;
  }
  return samples;
}

/** The keys of every chunk of some samples. */
export function chunksOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, Infinity]);
}

/** Runs a write; what it may have begun is deleted when it fails. `what` names it to the user. Rejects with `quota`. */
export async function keep<T>(
  db: IDBPDatabase<Schema>,
  what: string,
  write: () => Promise<T>,
  begun: string[] = [],
): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    for (const id of begun) await db.delete('chunks', chunksOf(id)).catch(() => undefined);
    if ((cause as { name?: unknown } | null)?.name !== 'QuotaExceededError') throw cause;
    throw new StoreError(
      'quota',
      `This device has no room left for ${what}, so it is not kept yet. It stays open in this tab until you close it, and what was kept before is safe. Delete takes or voices you no longer need, then save it again; or download it now.`,
      { cause },
    );
  }
}
