import type { IDBPDatabase } from 'idb';
import { m } from '../text/messages';
import { notifyChanged } from './changes';
import { chunksOf, keep, readSamples, writeSamples } from './chunks';
import { database, inTransaction, newSamplesId, StoreError, type Schema } from './db';
import { isEnrolmentRow, type EnrolmentRow, type RecordingRow } from './rows';

export type NewRecording = Omit<RecordingRow, 'samplesId' | 'seconds'> & { samples: Float32Array };

/** A new unfinished voice without recordings, not stored yet. */
export function newEnrolment(id: string = crypto.randomUUID()): EnrolmentRow {
  return {
    id,
    createdAt: Date.now(),
    about: { name: '', language: '', description: '' },
    step: 'collect',
    consent: null,
    recordings: [],
  };
}

/** Unfinished voices, newest first. */
export async function listEnrolments(): Promise<EnrolmentRow[]> {
  const rows: unknown[] = await (await database()).getAll('enrolments');
  return rows.filter(isEnrolmentRow).sort((a, b) => b.createdAt - a.createdAt);
}

/** Rejects with `missing`, `damaged`. */
export async function readEnrolment(id: string): Promise<EnrolmentRow> {
  return requireRow(await (await database()).get('enrolments', id));
}

/**
 * Stores what `change` makes of an unfinished voice as it stands now, which may be another row than a page has read, and resolves with it. `fresh`:
 * the row of one that is not stored yet. Rejects with `missing`, `damaged`, `quota`.
 */
export async function changeEnrolment(
  id: string,
  change: (row: EnrolmentRow) => EnrolmentRow,
  fresh?: EnrolmentRow,
): Promise<EnrolmentRow> {
  const db = await database();
  return keep(db, 'unfinished', () => changeRow(db, id, change, fresh));
}

/**
 * Saves the samples of a recording, then adds it as the last to the row, so that an interruption leaves no partial recording. A consent record that
 * does not name it is removed. `fresh` and rejections as for `changeEnrolment`.
 */
export async function addRecording(
  id: string,
  recording: NewRecording,
  fresh?: EnrolmentRow,
): Promise<EnrolmentRow> {
  const db = await database();
  const { samples, ...rest } = recording;
  const samplesId = newSamplesId();
  const added = { ...rest, samplesId, seconds: samples.length / rest.sampleRateHz };
  const add = async () => {
    await writeSamples(db, samplesId, samples);
    const withIt = (row: EnrolmentRow) =>
      withoutIncompleteConsent({ ...row, recordings: [...row.recordings, added] });
    return changeRow(db, id, withIt, fresh);
  };
  return keep(db, 'recording', add, [samplesId]);
}

export async function readRecording(recording: RecordingRow): Promise<Float32Array<ArrayBuffer>> {
  const { samplesId, seconds, sampleRateHz, name } = recording;
  return readSamples(await database(), samplesId, Math.round(seconds * sampleRateHz), name);
}

/** Rejects with `missing`, `damaged`. */
export async function removeRecording(id: string, samplesId: string): Promise<EnrolmentRow> {
  const row = await inTransaction(await database(), ['enrolments', 'chunks'], async (transaction) => {
    const enrolments = transaction.objectStore('enrolments');
    const before = requireRow(await enrolments.get(id));
    const next = { ...before, recordings: before.recordings.filter((each) => each.samplesId !== samplesId) };
    await enrolments.put(next);
    await transaction.objectStore('chunks').delete(chunksOf(samplesId));
    return next;
  });
  notifyChanged('enrolments');
  return row;
}

/**
 * Stores the file of a voice that was made of an enrolment, until it is kept or made anew. It lies among the voice files, under the id of the
 * enrolment; without a row of its own it is no voice. Rejects with `quota`, `missing`.
 */
export async function saveMade(enrolmentId: string, file: Blob): Promise<void> {
  const db = await database();
  const bytes = await file.arrayBuffer();
  const store = () =>
    inTransaction(db, ['enrolments', 'voiceFiles'], async (transaction) => {
      if ((await transaction.objectStore('enrolments').getKey(enrolmentId)) === undefined) {
        throw new StoreError('missing', m.store_made_missing());
      }
      await transaction.objectStore('voiceFiles').put(bytes, enrolmentId);
    });
  await keep(db, 'voice', store);
}

/** The file that `saveMade` stored. */
export async function readMade(enrolmentId: string): Promise<Blob | undefined> {
  const bytes = await (await database()).get('voiceFiles', enrolmentId);
  return bytes && new Blob([bytes]);
}

export async function deleteMade(enrolmentId: string): Promise<void> {
  await (await database()).delete('voiceFiles', enrolmentId);
}

/**
 * Deletes an unfinished voice with its recordings, and the voice made of it. `used`: the samples ids of those that the finished voice was made of; if
 * another tab has added others, these are kept as an unfinished voice. Resolves with whether there are any. Rejects with `damaged` if its row cannot
 * be read.
 */
export async function deleteEnrolment(id: string, used?: readonly string[]): Promise<boolean> {
  const names = ['enrolments', 'chunks', 'voiceFiles'] as const;
  const isLeft = await inTransaction(await database(), names, async (transaction) => {
    const enrolments = transaction.objectStore('enrolments');
    const stored: unknown = await enrolments.get(id);
    if (stored !== undefined && !isEnrolmentRow(stored)) throw damaged();
    const isOther = ({ samplesId }: RecordingRow) => used !== undefined && !used.includes(samplesId);
    for (const recording of stored?.recordings ?? [])
      if (!isOther(recording)) await transaction.objectStore('chunks').delete(chunksOf(recording.samplesId));
    await transaction.objectStore('voiceFiles').delete(id);
    const others = stored?.recordings.filter(isOther) ?? [];
    if (!stored || others.length === 0) await enrolments.delete(id);
    else await enrolments.put({ ...stored, step: 'collect', consent: null, recordings: others });
    return others.length > 0;
  });
  notifyChanged('enrolments');
  return isLeft;
}

async function changeRow(
  db: IDBPDatabase<Schema>,
  id: string,
  change: (row: EnrolmentRow) => EnrolmentRow,
  fresh: EnrolmentRow | undefined,
): Promise<EnrolmentRow> {
  const row = await inTransaction(db, ['enrolments'], async (transaction) => {
    const enrolments = transaction.objectStore('enrolments');
    const next = change(requireRow((await enrolments.get(id)) ?? fresh));
    await enrolments.put(next);
    return next;
  });
  notifyChanged('enrolments');
  return row;
}

/** A record that does not name all recordings, because another tab has added some since, is asked for again. */
export function withoutIncompleteConsent(row: EnrolmentRow): EnrolmentRow {
  const sources = row.consent?.record.sources;
  if (!sources || row.recordings.every(({ sha256 }) => sources.includes(sha256))) return row;
  return { ...row, consent: null, step: row.step === 'train' ? 'consent' : row.step };
}

/** The row that was read. Throws `missing`, `damaged`. */
function requireRow(row: EnrolmentRow | undefined): EnrolmentRow {
  if (row && !isEnrolmentRow(row)) throw damaged();
  if (row) return row;
  throw new StoreError('missing', m.store_unfinished_missing());
}

function damaged(): StoreError {
  return new StoreError('damaged', m.store_unfinished_damaged());
}
