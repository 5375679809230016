import type { IDBPDatabase } from 'idb';
import type { Backend, ConversionControls } from '../engine/types';
import { database, newSamplesId, StoreError, type Schema, type TakeRow } from './db';

const CHUNK_BYTES = 4 * 1024 * 1024;

export interface Samples {
  samples: Float32Array;
  sampleRateHz: number;
}

/** A converted take and how it came to be. */
export interface TakeOutput extends Samples {
  voiceId: string;
  voiceName: string;
  controls: ConversionControls;
  backend: Backend;
  rtf: number;
}

type Length = { sampleRateHz: number; seconds: number };

export interface TakeSummary {
  id: string;
  name: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  source: Length;
  /** Null until the take has been converted. */
  output: (Omit<TakeOutput, 'samples'> & Length) | null;
}

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
  await keep(db, async () => {
    await writeSamples(db, sourceId, take.source.samples);
    if (take.output) await writeSamples(db, outputId!, take.output.samples);
    await db.put('takes', row);
  }, [sourceId, ...(outputId ? [outputId] : [])]);
  return summaryOf(row);
}

/** Adds to a take what it was converted to, in place of an earlier output. Rejects with `missing`, `quota`. */
export async function setTakeOutput(id: string, output: TakeOutput): Promise<TakeSummary> {
  const db = await database();
  const outputId = newSamplesId();
  const before = await rowOf(db, id);
  const row: TakeRow = { ...before, output: describe(output), outputId };
  await keep(db, async () => {
    await writeSamples(db, outputId, output.samples);
    await db.put('takes', row);
  }, [outputId]);
  if (before.outputId) await db.delete('chunks', piecesOf(before.outputId));
  return summaryOf(row);
}

/** Asks the browser not to throw takes away when the device runs short of room; it may say no. */
export async function askToPersist(): Promise<void> {
  const { storage } = navigator as { storage?: StorageManager };
  await storage?.persist?.().catch(() => false);
}

/** The newest first. */
export async function listTakes(): Promise<TakeSummary[]> {
  const rows = await (await database()).getAll('takes');
  return rows.sort((a, b) => b.createdAt - a.createdAt).map(summaryOf);
}

/** Rejects with `missing`, or `damaged` when samples of it are gone. */
export async function loadTake(id: string): Promise<Take> {
  const db = await database();
  const row = await rowOf(db, id);
  const { sourceId, outputId, source, output, ...rest } = row;
  return {
    ...rest,
    source: { samples: await readSamples(db, sourceId, source, row.name), sampleRateHz: source.sampleRateHz },
    output: output && {
      samples: await readSamples(db, outputId!, output, row.name),
      sampleRateHz: output.sampleRateHz,
      voiceId: output.voiceId,
      voiceName: output.voiceName,
      controls: output.controls,
      backend: output.backend,
      rtf: output.rtf,
    },
  };
}

/** Deletes a take with its samples; one that is gone already is fine. */
export async function deleteTake(id: string): Promise<void> {
  const db = await database();
  const transaction = db.transaction(['chunks', 'takes'], 'readwrite');
  const row = await transaction.objectStore('takes').get(id);
  for (const samplesId of [row?.sourceId, row?.outputId]) {
    if (samplesId) void transaction.objectStore('chunks').delete(piecesOf(samplesId));
  }
  void transaction.objectStore('takes').delete(id);
  await transaction.done;
}

/** Rejects with `missing`. */
export async function renameTake(id: string, name: string): Promise<void> {
  const db = await database();
  const row = await rowOf(db, id);
  await keep(db, () => db.put('takes', { ...row, name }), []);
}

/** Runs a write; what it may have begun is deleted when it fails. */
async function keep(db: IDBPDatabase<Schema>, write: () => Promise<unknown>, begun: string[]): Promise<void> {
  try {
    await write();
  } catch (cause) {
    for (const id of begun) await db.delete('chunks', piecesOf(id)).catch(() => undefined);
    if ((cause as { name?: unknown } | null)?.name !== 'QuotaExceededError') throw cause;
    throw new StoreError(
      'quota',
      'This device has no room left for the take, so it is not kept yet. It stays open in this tab until you close it, and the takes kept before are safe. Delete takes you no longer need, then save it again; or convert and download it now.',
      { cause },
    );
  }
}

async function rowOf(db: IDBPDatabase<Schema>, id: string): Promise<TakeRow> {
  const row = await db.get('takes', id);
  if (row) return row;
  throw new StoreError(
    'missing',
    'This take is no longer kept on this device: it was deleted, perhaps in another tab. The other takes are safe. Reload the page to see what there is.',
  );
}

async function writeSamples(db: IDBPDatabase<Schema>, id: string, samples: Float32Array): Promise<void> {
  const step = CHUNK_BYTES / 4;
  for (let piece = 0; piece * step < samples.length; piece++) {
    await db.put('chunks', samples.slice(piece * step, (piece + 1) * step).buffer, [id, piece]);
  }
}

async function readSamples(
  db: IDBPDatabase<Schema>,
  id: string,
  { seconds, sampleRateHz }: Length,
  name: string,
): Promise<Float32Array> {
  const pieces = await db.getAll('chunks', piecesOf(id));
  const samples = new Float32Array(Math.round(seconds * sampleRateHz));
  let at = 0;
  for (const piece of pieces) {
    const part = new Float32Array(piece);
    if (at + part.length > samples.length) break;
    samples.set(part, at);
    at += part.length;
  }
  if (at === samples.length) return samples;
  throw new StoreError(
    'damaged',
    `A part of "${name}" is missing on this device, so it cannot be opened. The other takes are safe. Delete this one, or open the file it came from again.`,
  );
}

function piecesOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, Infinity]);
}

function lengthOf({ samples, sampleRateHz }: Samples): Length {
  return { sampleRateHz, seconds: samples.length / sampleRateHz };
}

function describe({ samples, ...rest }: TakeOutput): NonNullable<TakeSummary['output']> {
  return { ...rest, seconds: samples.length / rest.sampleRateHz };
}

function summaryOf({ sourceId: _source, outputId: _output, ...summary }: TakeRow): TakeSummary {
  return summary;
}
