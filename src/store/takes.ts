import type { IDBPDatabase } from 'idb';
import { notifyChanged } from './changes';
import { concat } from '../dsp/arrays';
import { chunksOf, cutSamples, keep, readParts, readSamples, writeSamples } from './chunks';
import { database, newSamplesId, StoreError, type Schema } from './db';
import { plainText } from '../provenance';
import { draftSeal, isSealed, sealOf, storedOutput } from './seal/take-seal';
import {
  isTakeRow,
  type DraftRow,
  type Length,
  type OutputRow,
  type TakeRow,
  type TakeSummary,
} from './rows';

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
  throw new StoreError(
    'altered',
    'The app cannot tell whose voice this conversion is: its entry was changed on this device after it was made, or it came in a saved file without the mark of that voice. So it can be heard, but not exported. Your recording is safe. Convert it again, then download it.',
  );
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
    'the take',
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
 * Makes a draft a take of the same id, which names the samples that the draft has stored. The source of a live take is cut to the duration of its
 * output; without any output it becomes a take that is not converted, and an output that this device did not record gets no seal. Rejects with
 * `quota`; then the draft is kept.
 */
export async function saveDraft({ id, name, createdAt, source, output }: DraftRow): Promise<TakeSummary> {
  const db = await database();
  const { samplesId: sourceId, sampleRateHz } = source;
  const converted = output && output.samples > 0 ? output : null;
  const outputSeconds = converted && converted.samples / converted.sampleRateHz;
  const samples = Math.min(source.samples, Math.round((outputSeconds ?? Infinity) * sampleRateHz));
  const row: TakeRow = {
    id,
    name,
    createdAt,
    source: { sampleRateHz, seconds: samples / sampleRateHz },
    output: converted && (await rowOfDraft(db, id, name, converted)),
    sourceId,
    outputId: converted && converted.samplesId,
  };
  await keep(db, 'the take', async () => {
    await cutSamples(db, sourceId, samples);
    const transaction = db.transaction(['takes', 'drafts'], 'readwrite');
    await Promise.all([
      transaction.objectStore('takes').put(row),
      transaction.objectStore('drafts').delete(id),
      transaction.done,
    ]);
  });
  notifyChanged('takes');
  return summaryOf(row);
}

/** Sets the output of a take, replacing an earlier one. Rejects with `missing`, `quota`. */
export async function setTakeOutput(id: string, output: TakeOutput): Promise<TakeSummary> {
  const db = await database();
  const outputId = newSamplesId();
  const before = await rowOf(db, id);
  const row: TakeRow = { ...before, output: await sealedRow(id, outputId, output), outputId };
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
  const row = await rowOf(db, id);
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
  const row = await rowOf(db, id);
  await keep(db, 'the new name', () => db.put('takes', { ...row, name }));
  notifyChanged('takes');
}

async function rowOf(db: IDBPDatabase<Schema>, id: string): Promise<TakeRow> {
  const row = await db.get('takes', id);
  if (row && !isTakeRow(row)) {
    throw new StoreError(
      'damaged',
      'This take is damaged on this device, so it cannot be opened. The other takes are safe. Delete this one, or open the file it came from again.',
    );
  }
  if (row) return row;
  throw new StoreError(
    'missing',
    'This take is no longer on this device: it was deleted, perhaps in another tab. The other takes are safe. Reload the page to see the current list.',
  );
}

function samplesOf(db: IDBPDatabase<Schema>, id: string, { seconds, sampleRateHz }: Length, name: string) {
  return readSamples(db, id, Math.round(seconds * sampleRateHz), name);
}

function lengthOf({ samples, sampleRateHz }: Samples): Length {
  return { sampleRateHz, seconds: samples.length / sampleRateHz };
}

/** Of a stored output, without its samples. */
function about({ seconds: _seconds, seal: _seal, ...rest }: OutputRow): Omit<TakeOutput, 'samples'> {
  return rest;
}

/** The row of a draft's output, sealed only if the draft is as it was recorded. */
async function rowOfDraft(
  db: IDBPDatabase<Schema>,
  draftId: string,
  name: string,
  { samplesId, about, samples: count, seal }: NonNullable<DraftRow['output']>,
): Promise<OutputRow> {
  const parts = await readParts(db, samplesId, count, name);
  const buffers = parts.map(({ buffer }) => buffer);
  const isIntact = seal === (await draftSeal(db, { draftId, samplesId, about }, buffers));
  const output = { ...about, samples: concat(parts) };
  return isIntact ? sealedRow(draftId, samplesId, output) : unsealedRow(output);
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

function summaryOf({ sourceId: _source, outputId: _output, ...summary }: TakeRow): TakeSummary {
  return { ...summary, name: plainText(summary.name) };
}
