import type { DBSchema, IDBPDatabase } from 'idb';
import type { SigningKey } from '../provenance';
import { isInMemory, openDatabase } from './memory/open';
import {
  isDraftRow,
  isEnrolmentRow,
  isTakeRow,
  type DraftRow,
  type EnrolmentRow,
  type Revocation,
  type TakeRow,
  type VoiceRow,
} from './rows';
import { joinMemory } from './memory/share';

const NAME = 'understudy';
const VERSION = 3;

export interface Schema extends DBSchema {
  /** Samples of takes and recordings, float32, in chunks of 4 MiB; keyed by samples id and number of the chunk. */
  chunks: { key: [string, number]; value: ArrayBuffer };
  /** The row of a take is written last: without it the take does not exist. */
  takes: { key: string; value: TakeRow };
  /** Voices made on this device or imported, and their `.understudy` files under the same ids. */
  voices: { key: string; value: VoiceRow };
  voiceFiles: { key: string; value: ArrayBuffer };
  /** Consent records revoked on this device, by their sha256. */
  revocations: { key: string; value: Revocation };
  /** The key that signs voice files, under `signing`. */
  keys: { key: string; value: SigningKey };
  /** Unfinished voices; the samples of their recordings are in `chunks`. */
  enrolments: { key: string; value: EnrolmentRow };
  /** What is being recorded; the samples are in `chunks`. */
  drafts: { key: string; value: DraftRow };
  /** The latest time this device has seen, in milliseconds since 1970, under `latest`. */
  clock: { key: string; value: number };
}

export type StoreErrorCode = 'quota' | 'unavailable' | 'missing' | 'damaged';

/** A failure to store or load data; the message says what happened, what is safe, what to do next. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = 'StoreError';
  }
}

let opening: Promise<IDBPDatabase<Schema>> | undefined;

/** The database, opened once; opening it deletes samples left by interrupted saves. Rejects with `unavailable`. */
export function database(): Promise<IDBPDatabase<Schema>> {
  opening ??= open().catch((cause: unknown) => {
    opening = undefined;
    throw new StoreError(
      'unavailable',
      'This browser does not let the page store data, perhaps because the window is private. Your recording stays open in this tab: download what you convert before you close it.',
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
  const db = await openDatabase<Schema>(NAME, VERSION, {
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
      if (from < 3) {
        fresh.createObjectStore('drafts', { keyPath: 'id' });
        fresh.createObjectStore('clock');
      }
    },
    // Another tab with a newer version of the app must not wait for this one.
    blocking: forget,
    terminated: forget,
  });
  await purgeOrphans(db);
  if (isInMemory()) await joinMemory(db as unknown as IDBPDatabase);
  return db;
}

/** Deletes samples that no take, enrolment or draft names, unless they are less than an hour old: another tab may be saving them. */
async function purgeOrphans(db: IDBPDatabase<Schema>): Promise<void> {
  const transaction = db.transaction(['chunks', 'takes', 'enrolments', 'drafts'], 'readwrite');
  const takes = await transaction.objectStore('takes').getAll();
  const enrolments = await transaction.objectStore('enrolments').getAll();
  const drafts = await transaction.objectStore('drafts').getAll();
  // A damaged row may name any of them.
  if (!takes.every(isTakeRow) || !enrolments.every(isEnrolmentRow) || !drafts.every(isDraftRow)) return;
  const named = new Set<unknown>([
    ...takes.flatMap((row) => [row.sourceId, row.outputId]),
    ...enrolments.flatMap((row) => row.recordings.map((recording) => recording.samplesId)),
    ...drafts.flatMap((row) => [row.source.samplesId, row.output?.samplesId]),
  ]);
  const chunks = transaction.objectStore('chunks');
  for (const key of await chunks.getAllKeys()) {
    if (!named.has(key[0]) && ageMs(key[0]) > 3_600_000) void chunks.delete(key);
  }
  await transaction.done;
}

/** Aborts the transaction, since not every failure does; does nothing if it has ended. */
export function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // It has been rolled back already.
  }
}

/** A new samples id, which begins with the time of its creation. */
export function newSamplesId(): string {
  return `${Date.now().toString(36)}-${crypto.randomUUID()}`;
}

function ageMs(samplesId: string): number {
  return Date.now() - Number.parseInt(samplesId.split('-')[0]!, 36);
}
