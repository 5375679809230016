import type { IDBPDatabase } from 'idb';
import { m } from '../text/messages';
import { notifyChanged } from './changes';
import { chunksOf, copySamples, keep, readSamples, writeSamples } from './chunks';
import { database, inTransaction, newSamplesId, StoreError, type Schema } from './db';
import { plainText } from '../provenance';
import { isSealed, sealOf, storedOutput } from './seal/take-seal';
import { isTakeRow, type Length, type OutputRow, type TakeRow, type TakeSummary } from './rows';

export interface Samples {
  samples: Float32Array;
  sampleRateHz: number;
}

/** The output of a conversion, with the voice and controls that made it. */
export type TakeOutput = Samples & Omit<OutputRow, keyof Length | 'seal'>;

export interface NewTake {
  name: string;
  source: Samples;
  output?: TakeOutput;
}

export interface Take extends Omit<TakeSummary, 'source' | 'output'> {
  source: Samples;
  output: TakeOutput | null;
  /** Whether the output is as this device stored it. Where it is not, the app cannot tell whose voice it is. */
  isIntact: boolean;
}

/** Throws StoreError `altered` unless the output of a take has the seal of this device, as what its row says it is. */
export function requireIntact({ isIntact }: Pick<Take, 'isIntact'>): void {
  if (isIntact) return;
  throw new StoreError('altered', m.store_take_altered());
}

/** Saves a take. Rejects with `quota`, `unavailable`; then no part of it is stored, and no other data is lost. */
export async function saveTake(take: NewTake): Promise<TakeSummary> {
  const db = await database();
  const id = crypto.randomUUID();
  const sourceId = newSamplesId();
  const outputId = take.output ? newSamplesId() : null;
  const row: TakeRow = {
    id,
    name: take.name,
    createdAt: Date.now(),
    source: lengthOf(take.source),
    output: take.output ? await sealedRow(id, outputId!, take.output) : null,
    sourceId,
    outputId,
  };
  await keep(
    db,
    'take',
    async () => {
      await writeSamples(db, sourceId, take.source.samples);
      if (take.output) await writeSamples(db, outputId!, take.output.samples);
      await db.put('takes', row);
    },
    [sourceId, ...(outputId ? [outputId] : [])],
  );
  notifyChanged('takes');
  return summaryOf(row);
}

/**
 * Adds a conversion to a take as it stands now: to itself, or, where it has been converted already, perhaps in another tab, to a copy of it with the
 * same name and recording. Resolves with the take that has the conversion. Rejects with `missing`, `damaged`, `quota`.
 */
export async function addTakeOutput(id: string, output: TakeOutput): Promise<TakeSummary> {
  const db = await database();
  const [outputId, copiedId, copyId] = [newSamplesId(), newSamplesId(), crypto.randomUUID()];
  // Computing a seal inside the transaction would end it.
  const ofTake = { output: await sealedRow(id, outputId, output), outputId };
  const ofCopy = { output: await sealedRow(copyId, outputId, output), outputId };
  const add = async () => {
    await writeSamples(db, outputId, output.samples);
    return inTransaction(db, ['chunks', 'takes'], async (transaction) => {
      const takes = transaction.objectStore('takes');
      const before = requireRow(await takes.get(id));
      let row: TakeRow = { ...before, ...ofTake };
      if (before.output) {
        const { sourceId, source, name } = before;
        await copySamples(transaction.objectStore('chunks'), sourceId, copiedId, samplesIn(source), name);
        row = { ...before, ...ofCopy, id: copyId, createdAt: Date.now(), sourceId: copiedId };
      }
      await takes.put(row);
      return row;
    });
  };
  const row = await keep(db, 'take', add, [outputId]);
  notifyChanged('takes');
  return summaryOf(row);
}

/** Asks the browser not to evict data when the device runs short of space; it may refuse. */
export async function askToPersist(): Promise<void> {
  const { storage } = navigator as { storage?: StorageManager };
  await storage?.persist?.().catch(() => false);
}

/** Newest first, without damaged rows. */
export async function listTakes(): Promise<TakeSummary[]> {
  const rows = (await (await database()).getAll('takes')).filter(isTakeRow);
  return rows.sort((a, b) => b.createdAt - a.createdAt).map(summaryOf);
}

/** Number of damaged rows, which are kept but not listed. */
export async function countDamagedTakes(): Promise<number> {
  return (await (await database()).getAll('takes')).filter((row) => !isTakeRow(row)).length;
}

/** Rejects with `missing`, or with `damaged` where samples are missing. */
export async function loadTake(id: string): Promise<Take> {
  const db = await database();
  const row = requireRow(await db.get('takes', id));
  const { sourceId, source, output, outputId: _outputId, ...rest } = row;
  const samples = await samplesOf(db, sourceId, source, row.name);
  const stored = await storedOutput(db, row);
  return {
    ...rest,
    name: plainText(rest.name),
    source: { samples, sampleRateHz: source.sampleRateHz },
    output: output && {
      ...about(output),
      voiceName: plainText(output.voiceName),
      samples: stored!.samples,
    },
    isIntact: !stored || (await isSealed(db, stored)),
  };
}

/** Deletes a take with its samples, if it exists. */
export async function deleteTake(id: string): Promise<void> {
  const db = await database();
  const transaction = db.transaction(['chunks', 'takes'], 'readwrite');
  const row = await transaction.objectStore('takes').get(id);
  for (const samplesId of [row?.sourceId, row?.outputId]) {
    if (samplesId) void transaction.objectStore('chunks').delete(chunksOf(samplesId));
  }
  void transaction.objectStore('takes').delete(id);
  await transaction.done;
  notifyChanged('takes');
}

/** Rejects with `missing`. */
export async function renameTake(id: string, name: string): Promise<void> {
  const db = await database();
  const rename = () =>
    inTransaction(db, ['takes'], async (transaction) => {
      const takes = transaction.objectStore('takes');
      await takes.put({ ...requireRow(await takes.get(id)), name });
    });
  await keep(db, 'name', rename);
  notifyChanged('takes');
}

/** The row that was read. Throws `missing`, `damaged`. */
function requireRow(row: TakeRow | undefined): TakeRow {
  if (row && !isTakeRow(row)) {
    throw new StoreError('damaged', m.store_take_damaged());
  }
  if (row) return row;
  throw new StoreError('missing', m.store_take_missing());
}

function samplesOf(db: IDBPDatabase<Schema>, id: string, length: Length, name: string) {
  return readSamples(db, id, samplesIn(length), name);
}

function samplesIn({ seconds, sampleRateHz }: Length): number {
  return Math.round(seconds * sampleRateHz);
}

function lengthOf({ samples, sampleRateHz }: Samples): Length {
  return { sampleRateHz, seconds: samples.length / sampleRateHz };
}

/** Of a stored output, without its samples. */
function about({ seconds: _seconds, seal: _seal, ...rest }: OutputRow): Omit<TakeOutput, 'samples'> {
  return rest;
}

/** The row of an output of which the app cannot tell whose voice it is: it is played, but neither exported nor archived. */
export function unsealedRow({ samples, ...rest }: TakeOutput): OutputRow {
  return { ...rest, seconds: samples.length / rest.sampleRateHz };
}

/** The row of an output, sealed. `takeId` and `outputId` are those that it is stored under. */
export async function sealedRow(takeId: string, outputId: string, content: TakeOutput): Promise<OutputRow> {
  const { samples } = content;
  const output = unsealedRow(content);
  return { ...output, seal: await sealOf(await database(), { takeId, outputId, output, samples }) };
}

/** A take as it is listed. */
export function summaryOf({ sourceId: _source, outputId: _output, ...summary }: TakeRow): TakeSummary {
  return { ...summary, name: plainText(summary.name) };
}
