import { earFilesOf, firstFilesOf } from '../../files/manifest';
import { database, StoreError } from '../db';
import { isInMemory } from '../memory/open';
import { ModelStore } from '../models';
import { m } from '../../text/messages';

const PROBE_BYTES = 1024 * 1024;

/** Writes, reads and deletes a megabyte. Rejects with StoreError `unavailable` where nothing is kept, or `damaged`. */
export async function probeStorage(): Promise<void> {
  const db = await database();
  if (isInMemory()) throw new StoreError('unavailable', m.store_nothing_kept());
  const written = Uint8Array.from({ length: PROBE_BYTES }, (_, i) => (i * 31) & 0xff);
  await db.put('museum', written, 'probe');
  const read = await db.get('museum', 'probe');
  await db.delete('museum', 'probe');
  if (
    !(read instanceof Uint8Array) ||
    read.length !== PROBE_BYTES ||
    read.some((byte, i) => byte !== written[i])
  )
    throw new StoreError('damaged', m.store_unreadable());
}

export interface NetworkHealth {
  /** Files that are here and have the published sha256, and their size. */
  files: number;
  bytes: number;
  /** Names of those that are missing or differ; the next start downloads them again. */
  missing: string[];
  /** Whether the networks of the ear are here, without which everything works but hears less well. */
  hasEar: boolean;
}

/** Compares every network and voice on this device with its published sha256. Rejects as `ModelStore.load` does. */
export async function checkNetworks(baseUrl: string): Promise<NetworkHealth> {
  const models = await ModelStore.open();
  try {
    const manifest = await models.loadManifest({ baseUrl });
    const health: NetworkHealth = { files: 0, bytes: 0, missing: [], hasEar: false };
    for (const file of firstFilesOf(manifest)) {
      if (await models.readFiles([file])) {
        health.files++;
        health.bytes += file.bytes;
      } else health.missing.push(file.file);
    }
    const ear = earFilesOf(manifest);
    health.hasEar = ear !== undefined && (await models.readFiles(ear)) !== undefined;
    return health;
  } finally {
    models.close();
  }
}

/** Names of the published files that are not on this device, by what it knows of them itself; their content is not read, and nothing is requested. */
export async function missingFiles(baseUrl: string, withEar: boolean): Promise<string[]> {
  if (isInMemory()) return [];
  const models = await ModelStore.open();
  try {
    const manifest = await models.loadManifest({ baseUrl, fetch: offline }).catch(() => undefined);
    if (!manifest) return ['manifest.json'];
    const files = [...firstFilesOf(manifest), ...((withEar && earFilesOf(manifest)) || [])];
    const states = await Promise.all(files.map((file) => models.storedState(file)));
    return files.filter((_, i) => !states[i]!.isComplete).map(({ file }) => file);
  } finally {
    models.close();
  }
}

/** Downloads what is missing of the published files. Rejects as `ModelStore.load` does. */
export async function restoreFiles(baseUrl: string, withEar = true): Promise<void> {
  const models = await ModelStore.open();
  try {
    const { manifest } = await models.load({ baseUrl });
    const ear = withEar ? earFilesOf(manifest) : undefined;
    if (ear) await models.loadFiles(ear, { baseUrl });
  } finally {
    models.close();
  }
}

const offline: typeof globalThis.fetch = async () => Promise.reject(new Error('nothing is requested'));
