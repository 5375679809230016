import type { IDBPDatabase } from 'idb';
import { notifyChanged } from './changes';
import { concat } from '../dsp/arrays';
import { chunksOf, cutSamples, keep, readParts, writeSamples } from './chunks';
import { database, inTransaction, newSamplesId, type Schema } from './db';
import { draftSeal } from './seal/take-seal';
import { sealedRow, summaryOf, unsealedRow } from './takes';
import type { DraftRow, OutputRow, TakeRow, TakeSummary } from './rows';

/**
 * Makes a draft a take of the same id, which names the samples that the draft has stored, or `repaired` in their place. The source of a live take
 * is cut to the duration of its output; without any output it becomes a take that is not converted, and an output that this device did not record
 * gets no seal. Resolves with undefined where another tab has deleted the draft or made it a take. Rejects with `quota`; then the draft is kept.
 */
export async function saveDraft(
  { id, name, createdAt, source, output }: DraftRow,
  repaired?: Float32Array,
): Promise<TakeSummary | undefined> {
  const db = await database();
  const { samplesId: storedId, sampleRateHz } = source;
  const sourceId = repaired ? newSamplesId() : storedId;
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
  const isSaved = await keep(
    db,
    'take',
    async () => {
      if (repaired) await writeSamples(db, sourceId, repaired.subarray(0, samples));
      return inTransaction(db, ['chunks', 'takes', 'drafts'], async (transaction) => {
        const chunks = transaction.objectStore('chunks');
        const isThere = (await transaction.objectStore('drafts').getKey(id)) !== undefined;
        if (repaired) await chunks.delete(chunksOf(isThere ? storedId : sourceId));
        if (!isThere) return false;
        await cutSamples(chunks, sourceId, samples);
        await transaction.objectStore('takes').put(row);
        await transaction.objectStore('drafts').delete(id);
        return true;
      });
    },
    repaired ? [sourceId] : [],
  );
  if (!isSaved) return undefined;
  notifyChanged('takes');
  return summaryOf(row);
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
