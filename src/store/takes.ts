import type { IDBPDatabase } from 'idb';
import { chunksOf, keep, readSamples, writeSamples } from './chunks';
import { database, newSamplesId, StoreError, type Schema } from './db';
import { isTakeRow, type Length, type OutputRow, type TakeRow, type TakeSummary } from './rows';

export interface Samples {
  samples: Float32Array;
  sampleRateHz: number;
}

/** A converted take and how it came to be. */
export type TakeOutput = Samples & Omit<OutputRow, keyof Length>;

export interface NewTake {
  name: string;
  source: Samples;
  output?: TakeOutput;
}

export interface Take extends Omit<TakeSummary, 'source' | 'output'> {
  source: Samples;
  output: TakeOutput | null;
}

/** Keeps a take. Rejects with `quota`, `unavailable`; then nothing of it is kept, and nothing else is lost. */
export async function saveTake(take: NewTake): Promise<TakeSummary> {
  const db = await database();
  const sourceId = newSamplesId();
  const outputId = take.output ? newSamplesId() : null;
  const row: TakeRow = {
    id: crypto.randomUUID(),
    name: take.name,
    createdAt: Date.now(),
    source: lengthOf(take.source),
    output: take.output ? describe(take.output) : null,
    sourceId,
    outputId,
  };
  await keep(
    db,
    'the take',
    async () => {
      await writeSamples(db, sourceId, take.source.samples);
      if (take.output) await writeSamples(db, outputId!, take.output.samples);
      await db.put('takes', row);
    },
    [sourceId, ...(outputId ? [outputId] : [])],
  );
  return summaryOf(row);
}

/** Adds to a take what it was converted to, in place of an earlier output. Rejects with `missing`, `quota`. */
export async function setTakeOutput(id: string, output: TakeOutput): Promise<TakeSummary> {
  const db = await database();
  const outputId = newSamplesId();
  const before = await rowOf(db, id);
  const row: TakeRow = { ...before, output: describe(output), outputId };
  await keep(
    db,
    'the take',
    async () => {
      await writeSamples(db, outputId, output.samples);
      await db.put('takes', row);
    },
    [outputId],
  );
  if (before.outputId) await db.delete('chunks', chunksOf(before.outputId));
  return summaryOf(row);
}

/** Asks the browser not to throw takes away when the device runs short of room; it may say no. */
export async function askToPersist(): Promise<void> {
  const { storage } = navigator as { storage?: StorageManager };
  await storage?.persist?.().catch(() => false);
}

/** The newest first. */
export async function listTakes(): Promise<TakeSummary[]> {
  const rows = (await (await database()).getAll('takes')).filter(isTakeRow);
  return rows.sort((a, b) => b.createdAt - a.createdAt).map(summaryOf);
}

/** Takes whose rows cannot be read any more: they stay where they are and are not listed. */
export async function countDamagedTakes(): Promise<number> {
  return (await (await database()).getAll('takes')).filter((row) => !isTakeRow(row)).length;
}

/** Rejects with `missing`, or `damaged` when samples of it are gone. */
export async function loadTake(id: string): Promise<Take> {
  const db = await database();
  const row = await rowOf(db, id);
  const { sourceId, outputId, source, output, ...rest } = row;
  return {
    ...rest,
    source: { samples: await samplesOf(db, sourceId, source, row.name), sampleRateHz: source.sampleRateHz },
    output: output && {
      samples: await samplesOf(db, outputId!, output, row.name),
      sampleRateHz: output.sampleRateHz,
      voiceId: output.voiceId,
      voiceName: output.voiceName,
      controls: output.controls,
      backend: output.backend,
      ...(output.rtf !== undefined && { rtf: output.rtf }),
      ...(output.consent && { consent: output.consent }),
    },
  };
}

/** Deletes a take with its samples; one that is gone already is fine. */
export async function deleteTake(id: string): Promise<void> {
  const db = await database();
  const transaction = db.transaction(['chunks', 'takes'], 'readwrite');
  const row = await transaction.objectStore('takes').get(id);
  for (const samplesId of [row?.sourceId, row?.outputId]) {
    if (samplesId) void transaction.objectStore('chunks').delete(chunksOf(samplesId));
  }
  void transaction.objectStore('takes').delete(id);
  await transaction.done;
}

/** Rejects with `missing`. */
export async function renameTake(id: string, name: string): Promise<void> {
  const db = await database();
  const row = await rowOf(db, id);
  await keep(db, 'the new name', () => db.put('takes', { ...row, name }));
}

async function rowOf(db: IDBPDatabase<Schema>, id: string): Promise<TakeRow> {
  const row = await db.get('takes', id);
  if (row && !isTakeRow(row)) {
    throw new StoreError(
      'damaged',
      'What this device keeps of the take is damaged, so it cannot be opened. The other takes are safe. Delete this one, or open the file it came from again.',
    );
  }
  if (row) return row;
  throw new StoreError(
    'missing',
    'This take is no longer kept on this device: it was deleted, perhaps in another tab. The other takes are safe. Reload the page to see what there is.',
  );
}

function samplesOf(db: IDBPDatabase<Schema>, id: string, { seconds, sampleRateHz }: Length, name: string) {
  return readSamples(db, id, Math.round(seconds * sampleRateHz), name);
}

function lengthOf({ samples, sampleRateHz }: Samples): Length {
  return { sampleRateHz, seconds: samples.length / sampleRateHz };
}

function describe({ samples, ...rest }: TakeOutput): OutputRow {
  return { ...rest, seconds: samples.length / rest.sampleRateHz };
}

function summaryOf({ sourceId: _source, outputId: _output, ...summary }: TakeRow): TakeSummary {
  return summary;
}
