import { chunksOf, keep, readSamples, writeSamples } from './chunks';
import { database, newSamplesId, StoreError } from './db';
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

/** Saves the row. Recordings are added with `addRecording`. */
export async function saveEnrolment(row: EnrolmentRow): Promise<void> {
  const db = await database();
  await keep(db, 'the voice that is being made', () => db.put('enrolments', row));
}

/** Saves the samples of a recording, then the row that names them, so that an interruption leaves no partial recording. */
export async function addRecording(row: EnrolmentRow, recording: NewRecording): Promise<EnrolmentRow> {
  const db = await database();
  const { samples, ...rest } = recording;
  const samplesId = newSamplesId();
  const seconds = samples.length / rest.sampleRateHz;
  const next: EnrolmentRow = { ...row, recordings: [...row.recordings, { ...rest, samplesId, seconds }] };
  await keep(
    db,
    `"${rest.name}"`,
    async () => {
      await writeSamples(db, samplesId, samples);
      await db.put('enrolments', next);
    },
    [samplesId],
  );
  return next;
}

export async function readRecording(recording: RecordingRow): Promise<Float32Array<ArrayBuffer>> {
  const { samplesId, seconds, sampleRateHz, name } = recording;
  return readSamples(await database(), samplesId, Math.round(seconds * sampleRateHz), name);
}

export async function removeRecording(row: EnrolmentRow, samplesId: string): Promise<EnrolmentRow> {
  const next = { ...row, recordings: row.recordings.filter((each) => each.samplesId !== samplesId) };
  await saveEnrolment(next);
  await (await database()).delete('chunks', chunksOf(samplesId));
  return next;
}

/**
 * Stores the file of a voice that was made of an enrolment, until it is kept or made anew. It lies among the voice files, under the id of the
 * enrolment; without a row of its own it is no voice. Rejects with `quota`.
 */
export async function saveMade(enrolmentId: string, file: Blob): Promise<void> {
  const db = await database();
  const bytes = await file.arrayBuffer();
  await keep(db, 'the finished voice', () => db.put('voiceFiles', bytes, enrolmentId));
}

/** The file that `saveMade` stored. */
export async function readMade(enrolmentId: string): Promise<Blob | undefined> {
  const bytes = await (await database()).get('voiceFiles', enrolmentId);
  return bytes && new Blob([bytes]);
}

export async function deleteMade(enrolmentId: string): Promise<void> {
  await (await database()).delete('voiceFiles', enrolmentId);
}

/** Deletes an unfinished voice with its recordings, and the voice made of it. Rejects with `damaged` if its row cannot be read. */
export async function deleteEnrolment(id: string): Promise<void> {
  const transaction = (await database()).transaction(['enrolments', 'chunks', 'voiceFiles'], 'readwrite');
  const row: unknown = await transaction.objectStore('enrolments').get(id);
  if (row !== undefined && !isEnrolmentRow(row)) {
    transaction.abort();
    await transaction.done.catch(() => undefined);
    throw new StoreError(
      'damaged',
      'The unfinished voice is damaged on this device. Everything else is safe.',
    );
  }
  for (const { samplesId } of row?.recordings ?? [])
    void transaction.objectStore('chunks').delete(chunksOf(samplesId));
  void transaction.objectStore('voiceFiles').delete(id);
  void transaction.objectStore('enrolments').delete(id);
  await transaction.done;
}
