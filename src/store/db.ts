import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { SigningKey } from '../provenance';
import {
  isEnrolmentRow,
  isTakeRow,
  type EnrolmentRow,
  type Revocation,
  type TakeRow,
  type VoiceRow,
} from './rows';

const NAME = 'understudy';
const VERSION = 2;

export interface Schema extends DBSchema {
  /** Samples of takes and recordings, float32, 4 MiB a chunk; keyed by the samples' own id and the chunk's number. */
  chunks: { key: [string, number]; value: ArrayBuffer };
  /** A take exists when it has a row here: written last. */
  takes: { key: string; value: TakeRow };
  /** Voices made or brought here, and their `.understudy` files under the same ids. */
  voices: { key: string; value: VoiceRow };
  voiceFiles: { key: string; value: ArrayBuffer };
  /** Consent records taken back on this device, by their sha256. */
  revocations: { key: string; value: Revocation };
  /** The key that signs voice files, under `signing`. */
  keys: { key: string; value: SigningKey };
  /** Voices that are being made; their recordings are in `chunks`. */
  enrolments: { key: string; value: EnrolmentRow };
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
      if (from < 2) {
        fresh.createObjectStore('voices', { keyPath: 'id' });
        fresh.createObjectStore('voiceFiles');
        fresh.createObjectStore('revocations', { keyPath: 'sha256' });
        fresh.createObjectStore('keys');
        fresh.createObjectStore('enrolments', { keyPath: 'id' });
      }
    },
    // Another tab with a newer version of the app must not wait for this one.
    blocking: forget,
    terminated: forget,
  });
  await purgeOrphans(db);
  return db;
}

/** Deletes samples that no take and no enrolment names. Those of the last hour may belong to a save that another tab is in. */
async function purgeOrphans(db: IDBPDatabase<Schema>): Promise<void> {
  const transaction = db.transaction(['chunks', 'takes', 'enrolments'], 'readwrite');
  const takes = await transaction.objectStore('takes').getAll();
  const enrolments = await transaction.objectStore('enrolments').getAll();
  // A damaged row may be the one that names them.
  if (!takes.every(isTakeRow) || !enrolments.every(isEnrolmentRow)) return;
  const named = new Set<unknown>([
    ...takes.flatMap((row) => [row.sourceId, row.outputId]),
    ...enrolments.flatMap((row) => row.recordings.map((recording) => recording.samplesId)),
  ]);
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
