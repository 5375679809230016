import { database } from './db';
import type { EnrolmentRow, Revocation, TakeRow, VoiceRow } from './rows';
import { tellOtherTabs } from './voices';

/** Rows of every kind; the samples that they name are kept already. */
export interface Additions {
  voices: { row: VoiceRow; file: ArrayBuffer }[];
  takes: TakeRow[];
  enrolments: EnrolmentRow[];
  revocations: Revocation[];
}

/** Every id that is in use, those of damaged rows too. */
export async function idsIn(kind: 'voices' | 'takes' | 'enrolments'): Promise<ReadonlySet<string>> {
  return new Set(await (await database()).getAllKeys(kind));
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
  const failures: unknown[] = [];
  const fail = (cause: unknown) => {
    failures.push(cause);
    abort(transaction);
  };
  // Async, so that what throws at once is a rejection like the others.
  const adding = [
    ...voices.map(async ({ row }) => store('voices').add(row)),
    ...voices.map(async ({ row, file }) => store('voiceFiles').add(file, row.id)),
    ...takes.map(async (row) => store('takes').add(row)),
    ...enrolments.map(async (row) => store('enrolments').add(row)),
    ...revocations.map(async (row) => store('revocations').add(row)),
    transaction.done,
  ];
  await Promise.all(adding.map((each) => (each as Promise<unknown>).catch(fail)));
  if (failures.length > 0) throw firstCause(failures);
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

/** One failure aborts the rest, and their AbortErrors may come before it; nobody has cancelled. */
function firstCause(failures: unknown[]): unknown {
  const isAbort = (cause: unknown) => (cause as { name?: unknown } | null)?.name === 'AbortError';
  return (
    failures.find((cause) => !isAbort(cause)) ??
    new Error('the browser stopped storing', { cause: failures[0] })
  );
}
