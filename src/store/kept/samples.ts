import type { IDBPDatabase } from 'idb';
import { notifyChanged } from '../changes';
import { chunksOf } from '../chunks';
import { database, inTransaction, type Schema } from '../db';
import { abandonedDrafts, adopt, deleteDraft } from '../drafts';
import {
  isDraftRow,
  isEnrolmentRow,
  isTakeRow,
  type DraftRow,
  type EnrolmentRow,
  type Length,
} from '../rows';
import { noteDeletedHere } from './deleted-here';
import type { Held } from './held';

const SAMPLE_BYTES = 4;

/** All takes, also those that cannot be read any more, whose samples are not counted. */
export async function takesHeld(): Promise<Held> {
  const rows: unknown[] = await (await database()).getAll('takes');
  const bytes = rows
    .filter(isTakeRow)
    .flatMap(({ source, output }) => [source, ...(output ? [output] : [])])
    .reduce((sum, length) => sum + bytesOf(length), 0);
  return { count: rows.length, bytes };
}

/** Deletes all takes in one transaction. Samples of rows that cannot be read are deleted at the next start. */
export async function deleteTakes(): Promise<void> {
  await inTransaction(await database(), ['takes', 'chunks'], async (transaction) => {
    const takes = transaction.objectStore('takes');
    const chunks = transaction.objectStore('chunks');
    const rows: unknown[] = await takes.getAll();
    for (const { sourceId, outputId } of rows.filter(isTakeRow)) {
      await chunks.delete(chunksOf(sourceId));
      if (outputId) await chunks.delete(chunksOf(outputId));
    }
    noteDeletedHere(await takes.getAllKeys());
    await takes.clear();
  });
  notifyChanged('takes');
}

/** Unfinished voices, and recordings that no open tab is making. */
export async function unfinishedHeld(): Promise<Held> {
  const db = await database();
  const rows: unknown[] = await db.getAll('enrolments');
  const drafts = await deletableDrafts(db);
  const made = await Promise.all(
    (await db.getAllKeys('enrolments')).map(async (id) => (await db.get('voiceFiles', id))?.byteLength ?? 0),
  );
  const recorded = rows.filter(isEnrolmentRow).flatMap((row) => row.recordings.map(bytesOf));
  const draftBytes = drafts.map((draft) => (isDraftRow(draft) ? bytesOfDraft(draft) : 0));
  return { count: rows.length + drafts.length, bytes: sumOf([...made, ...recorded, ...draftBytes]) };
}

/** Deletes them. A recording that an open tab is making is left alone. */
export async function deleteUnfinished(): Promise<void> {
  const db = await database();
  for (const draft of await deletableDrafts(db)) {
    if (isDraftRow(draft)) await adopt(draft, () => deleteDraft(draft));
    else await db.delete('drafts', draft.id);
  }
  await inTransaction(db, ['enrolments', 'chunks', 'voiceFiles'], async (transaction) => {
    const enrolments = transaction.objectStore('enrolments');
    const rows: unknown[] = await enrolments.getAll();
    for (const { samplesId } of rows.filter(isEnrolmentRow).flatMap(({ recordings }) => recordings))
      await transaction.objectStore('chunks').delete(chunksOf(samplesId));
    const ids = await enrolments.getAllKeys();
    for (const id of ids) await transaction.objectStore('voiceFiles').delete(id);
    noteDeletedHere(ids);
    await enrolments.clear();
  });
  notifyChanged('enrolments');
  // Pages list drafts with the voices.
  notifyChanged('voices');
}

/** Drafts that no open tab records, and those that cannot be read. */
async function deletableDrafts(db: IDBPDatabase<Schema>): Promise<{ id: string }[]> {
  const rows: { id: string }[] = await db.getAll('drafts');
  const abandoned = [...(await abandonedDrafts('takes')), ...(await abandonedDrafts('enrolments'))];
  return [...abandoned, ...rows.filter((row) => !isDraftRow(row))];
}

function bytesOfDraft({ source, output }: DraftRow): number {
  return SAMPLE_BYTES * (source.samples + (output?.samples ?? 0));
}

function bytesOf({ seconds, sampleRateHz }: Length | EnrolmentRow['recordings'][number]): number {
  return SAMPLE_BYTES * Math.round(seconds * sampleRateHz);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
