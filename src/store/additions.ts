import { m } from '../text/messages';
import { notifyChanged } from './changes';
import { abort, database } from './db';
import { shareMemory } from './memory/share';
import { pinSigner } from './signers';
import type { EnrolmentRow, Revocation, TakeRow, VoiceRow } from './rows';

/** Rows to add; the samples that they name are stored already. */
export interface Additions {
  voices: { row: VoiceRow; file: ArrayBuffer }[];
  takes: TakeRow[];
  enrolments: EnrolmentRow[];
  revocations: Revocation[];
}

/** All ids in use, including those of damaged rows. */
export async function idsIn(kind: 'voices' | 'takes' | 'enrolments'): Promise<ReadonlySet<string>> {
  return new Set(await (await database()).getAllKeys(kind));
}

/**
 * Adds all rows in one transaction, or none if one fails. Replaces nothing: rejects with the browser's ConstraintError where a
 * row of the same key exists.
 */
export async function addAll({ voices, takes, enrolments, revocations }: Additions): Promise<void> {
  const db = await database();
  const transaction = db.transaction(
    ['voices', 'voiceFiles', 'signers', 'takes', 'enrolments', 'revocations'],
    'readwrite',
  );
  const store = transaction.objectStore.bind(transaction);
  const failures: unknown[] = [];
  const fail = (cause: unknown) => {
    failures.push(cause);
    abort(transaction);
  };
  // Async, so that a synchronous exception becomes a rejection too.
  const adding = [
    ...voices.map(async ({ row }) => store('voices').add(row)),
    ...voices.map(async ({ row, file }) => store('voiceFiles').add(file, row.id)),
    ...voices.map(({ row }) => pinSigner(store('signers'), row)),
    ...takes.map(async (row) => store('takes').add(row)),
    ...enrolments.map(async (row) => store('enrolments').add(row)),
    ...revocations.map(async (row) => store('revocations').add(row)),
    transaction.done,
  ];
  await Promise.all(adding.map((each) => (each as Promise<unknown>).catch(fail)));
  if (failures.length > 0) throw firstCause(failures);
  await shareMemory({
    voices: voices.map(({ row }) => row.id),
    revocations: revocations.map(({ sha256 }) => sha256),
  });
  if (takes.length > 0) notifyChanged('takes');
  notifyChanged('voices');
}

/** The failure that aborted the others, whose AbortErrors may precede it. An AbortError is not passed on: the caller did not cancel. */
function firstCause(failures: unknown[]): unknown {
  const isAbort = (cause: unknown) => (cause as { name?: unknown } | null)?.name === 'AbortError';
  return failures.find((cause) => !isAbort(cause)) ?? new Error(m.store_stopped(), { cause: failures[0] });
}
