import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { TakeSummary } from './takes';

const NAME = 'understudy';
const VERSION = 1;

export interface Schema extends DBSchema {
  /** Samples of takes in pieces, keyed by the samples' own id and the piece's number. */
  chunks: { key: [string, number]; value: ArrayBuffer };
  /** A take exists when it has a row here: written last. */
  takes: { key: string; value: TakeRow };
}

/** What is stored of a take beside its samples; `sourceId` and `outputId` name rows of `chunks`. */
export interface TakeRow extends TakeSummary {
  sourceId: string;
  outputId: string | null;
}

export type StoreErrorCode = 'quota' | 'unavailable' | 'missing' | 'damaged';

/** A failure of keeping or finding takes: what happened, what is safe, what to do next. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = 'StoreError';
  }
}

let opening: Promise<IDBPDatabase<Schema>> | undefined;

/** The database, opened once and cleaned of what an interrupted save left. Rejects with `unavailable`. */
export function database(): Promise<IDBPDatabase<Schema>> {
  opening ??= open().catch((cause: unknown) => {
    opening = undefined;
    throw new StoreError(
      'unavailable',
      'This browser does not let the page keep anything, perhaps because the window is private. Your recording stays open in this tab: download what you convert before you close it.',
      { cause },
    );
  });
  return opening;
}

/** Closes the database; the next use opens it again. */
export async function closeDatabase(): Promise<void> {
  const db = await opening?.catch(() => undefined);
  opening = undefined;
  db?.close();
}

async function open(): Promise<IDBPDatabase<Schema>> {
  const forget = () => void closeDatabase();
  const db = await openDB<Schema>(NAME, VERSION, {
    upgrade(fresh, from) {
      if (from < 1) {
        fresh.createObjectStore('chunks');
        fresh.createObjectStore('takes', { keyPath: 'id' });
      }
    },
    // Another tab with a newer version of the app must not wait for this one.
    blocking: forget,
    terminated: forget,
  });
  await purgeOrphans(db);
  return db;
}

/** Deletes samples that no take names. Those of the last hour may belong to a save that another tab is in. */
async function purgeOrphans(db: IDBPDatabase<Schema>): Promise<void> {
  const transaction = db.transaction(['chunks', 'takes'], 'readwrite');
  const rows = await transaction.objectStore('takes').getAll();
  const named = new Set(rows.flatMap((row) => [row.sourceId, row.outputId]));
  const chunks = transaction.objectStore('chunks');
  for (const key of await chunks.getAllKeys()) {
    if (!named.has(key[0]) && ageMs(key[0]) > 3_600_000) void chunks.delete(key);
  }
  await transaction.done;
}

/** Ids of samples begin with the time they were made at. */
export function newSamplesId(): string {
  return `${Date.now().toString(36)}-${crypto.randomUUID()}`;
}

function ageMs(samplesId: string): number {
  return Date.now() - Number.parseInt(samplesId.split('-')[0]!, 36);
}
