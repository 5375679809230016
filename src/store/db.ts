import type { IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import { m } from '../text/messages';
import { isInMemory, openDatabase } from './memory/open';
import { joinMemory } from './memory/share';
import { isDraftRow, isEnrolmentRow, isTakeRow, isVoiceRow } from './rows';
import { StoreError, type Schema } from './schema';
import { sealListed } from './seal/seal-earlier';

export { StoreError, type DeviceKeys, type MuseumKey, type Schema, type StoreErrorCode } from './schema';

const NAME = 'understudy';
const VERSION = 5;
/** In this version, and before anything else is done in it, conversions from before there were seals are sealed. */
const SEALING_VERSION = 3;

type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>;

/** Whether what was to be read or changed is not there any more. */
export function isMissing(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'missing';
}

let opening: Promise<IDBPDatabase<Schema>> | undefined;

/** The database, opened once; opening it deletes samples left by interrupted saves. Rejects with `unavailable`. */
export function database(): Promise<IDBPDatabase<Schema>> {
  opening ??= open().catch((cause: unknown) => {
    opening = undefined;
    throw new StoreError('unavailable', m.store_unavailable(), { cause });
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
  const db = await openAt(VERSION).catch((cause: unknown) => {
    if ((cause as { name?: unknown } | null)?.name !== 'AbortError') throw cause;
    return sealAndOpen();
  });
  await purgeOrphans(db);
  if (isInMemory()) await joinMemory(db as unknown as IDBPDatabase);
  return db;
}

/** Rejects with an AbortError where conversions have to be sealed first. */
function openAt(version: number, isBusy = () => false): Promise<IDBPDatabase<Schema>> {
  const forget = () => void closeDatabase();
  return openDatabase<Schema>(NAME, version, {
    upgrade(db, from, _to, transaction) {
      // The transaction, which `openDB` waits for, lasts as long as these have requests.
      if (from > 0 && version === VERSION) void finishUpgrade(db, from, transaction);
      else createStores(db, from, transaction);
    },
    // Another tab with a newer version of the app must not wait for this one, unless it is sealing.
    blocking: () => isBusy() || forget(),
    terminated: forget,
  });
}

function createStores(db: IDBPDatabase<Schema>, from: number, transaction: Upgrade): void {
  if (from < 1) {
    db.createObjectStore('chunks');
    db.createObjectStore('takes', { keyPath: 'id' });
  }
  if (from < 2) {
    db.createObjectStore('voices', { keyPath: 'id' });
    db.createObjectStore('voiceFiles');
    db.createObjectStore('revocations', { keyPath: 'sha256' });
    db.createObjectStore('keys');
    db.createObjectStore('enrolments', { keyPath: 'id' });
  }
  db.createObjectStore('drafts', { keyPath: 'id' });
  db.createObjectStore('clock');
  db.createObjectStore('signers');
  if (from === 0) {
    db.createObjectStore('museum');
    return;
  }
  db.createObjectStore('unsealed');
  void noteWhatIsHere(transaction);
}

/** For version 3: takes that have no seal yet, and the signers of the voices. */
async function noteWhatIsHere(transaction: Upgrade): Promise<void> {
  const store = transaction.objectStore.bind(transaction);
  for (const row of await store('takes').getAll())
    if (isTakeRow(row) && row.output) await store('unsealed').put(true, row.id);
  for (const row of await store('voices').getAll())
    if (isVoiceRow(row)) await store('signers').put(row.signer, row.id);
}

/** For versions 4 and 5, from version 3 on: the list of unsealed takes ends, and the kiosk gets its store. Aborts where takes have to be sealed first. */
async function finishUpgrade(db: IDBPDatabase<Schema>, from: number, transaction: Upgrade): Promise<void> {
  transaction.done.catch(() => undefined);
  const isListed = db.objectStoreNames.contains('unsealed');
  if (from < SEALING_VERSION || (isListed && (await transaction.objectStore('unsealed').count()) > 0)) {
    transaction.abort();
    return;
  }
  // No row in it can ever be sealed again.
  if (isListed) db.deleteObjectStore('unsealed');
  db.createObjectStore('museum');
}

/** Where sealing fails, as on a full device, the database stays at version 3, and the next start tries again. */
async function sealAndOpen(): Promise<IDBPDatabase<Schema>> {
  let isSealing = true;
  const db = await openAt(SEALING_VERSION, () => isSealing);
  try {
    await sealListed(db);
  } catch (error) {
    console.warn(error);
    isSealing = false;
    return db;
  }
  db.close();
  return openAt(VERSION);
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

/**
 * Runs `task`, which reads what it changes, in one transaction, so that no other tab changes it meanwhile. Resolves once everything is stored;
 * a failure aborts the transaction. `task` may wait for requests of the transaction alone.
 */
export async function inTransaction<T, const Names extends readonly StoreNames<Schema>[]>(
  db: IDBPDatabase<Schema>,
  names: Names,
  task: (transaction: IDBPTransaction<Schema, Names, 'readwrite'>) => Promise<T>,
): Promise<T> {
  const transaction = db.transaction(names, 'readwrite');
  try {
    const [value] = await Promise.all([task(transaction), transaction.done]);
    return value;
  } catch (error) {
    abort(transaction);
    throw error;
  }
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
