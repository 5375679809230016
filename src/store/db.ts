import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { SigningKey } from '../provenance';
import { isInMemory, openDatabase } from './memory/open';
import {
  isDraftRow,
  isEnrolmentRow,
  isTakeRow,
  isVoiceRow,
  type DraftRow,
  type EnrolmentRow,
  type Revocation,
  type TakeRow,
  type VoiceRow,
} from './rows';
import { joinMemory } from './memory/share';

const NAME = 'understudy';
const VERSION = 4;

/** Keys that this browser generates at their first use and never exports. */
export interface DeviceKeys {
  /** Signs voice files. */
  signing: SigningKey;
  /** Seals the conversions stored on this device. */
  takes: CryptoKey;
}

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
  keys: { key: keyof DeviceKeys; value: DeviceKeys[keyof DeviceKeys] };
  /** Unfinished voices; the samples of their recordings are in `chunks`. */
  enrolments: { key: string; value: EnrolmentRow };
  /** Ids of the takes that were converted before conversions were sealed, see src/store/take-seal.ts. */
  unsealed: { key: string; value: true };
  /** Public key, hex, of whoever first signed a voice file of an id on this device; kept when the voice is deleted. */
  signers: { key: string; value: string };
  /** What is being recorded; the samples are in `chunks`. */
  drafts: { key: string; value: DraftRow };
  /** The latest time this device has seen, in milliseconds since 1970, under `latest`. */
  clock: { key: string; value: number };
  /** What makes this device a kiosk: its exhibit, the staff's PIN, counters; see src/store/device. Validated when read. */
  museum: { key: MuseumKey; value: unknown };
}

export type MuseumKey =
  | 'exhibit'
  | 'exhibit-before'
  | 'exhibit-file'
  | 'exhibit-draft'
  | 'volume'
  | 'pin'
  | 'pin-attempts'
  | 'pin-resets'
  | 'counters'
  | 'probe';

export type StoreErrorCode = 'quota' | 'unavailable' | 'missing' | 'damaged' | 'altered';

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
    upgrade(fresh, from, _to, transaction) {
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
        fresh.createObjectStore('unsealed');
        fresh.createObjectStore('signers');
        // The transaction, which `openDB` waits for, lasts as long as this has requests.
        void noteWhatIsHere(transaction);
      }
      if (from < 4) fresh.createObjectStore('museum');
    },
    // Another tab with a newer version of the app must not wait for this one.
    blocking: forget,
    terminated: forget,
  });
  await purgeOrphans(db);
  if (isInMemory()) await joinMemory(db as unknown as IDBPDatabase);
  return db;
}

/** For version 3: takes that have no seal yet, and the signers of the voices. */
async function noteWhatIsHere(
  transaction: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
): Promise<void> {
  const store = transaction.objectStore.bind(transaction);
  for (const row of await store('takes').getAll())
    if (isTakeRow(row) && row.output) await store('unsealed').put(true, row.id);
  for (const row of await store('voices').getAll())
    if (isVoiceRow(row)) await store('signers').put(row.signer, row.id);
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
