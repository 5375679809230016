import { database, type TakeRow } from './db';
import type { EnrolmentRow } from './enrolments';
import { tellOtherTabs, type Revocation, type VoiceRow } from './voices';

/** Rows of every kind; the samples that they name are kept already. */
export interface Additions {
  voices: { row: VoiceRow; file: ArrayBuffer }[];
  takes: TakeRow[];
  enrolments: EnrolmentRow[];
  revocations: Revocation[];
}

/**
 * Adds all of them or, where one fails, none. Nothing is replaced: rejects with the browser's ConstraintError where
 * a row of the same key has come here before it.
 */
export async function addAll({ voices, takes, enrolments, revocations }: Additions): Promise<void> {
  const db = await database();
  const transaction = db.transaction(
    ['voices', 'voiceFiles', 'takes', 'enrolments', 'revocations'],
    'readwrite',
  );
  const store = transaction.objectStore.bind(transaction);
  try {
    await Promise.all([
      ...voices.map(({ row }) => store('voices').add(row)),
      ...voices.map(({ row, file }) => store('voiceFiles').add(file, row.id)),
      ...takes.map((row) => store('takes').add(row)),
      ...enrolments.map((row) => store('enrolments').add(row)),
      ...revocations.map((row) => store('revocations').add(row)),
      transaction.done,
    ]);
  } catch (cause) {
    abort(transaction);
    await transaction.done.catch(() => undefined);
    throw cause;
  }
  tellOtherTabs();
}

/** Not every failure ends the transaction by itself; one that has ended refuses to be aborted. */
function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // It has taken everything back already.
  }
}
