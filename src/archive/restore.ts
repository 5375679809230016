import { decodeStream } from '../audio/decode-stream';
import { describeCause } from '../engine/errors';
import { addAll, type Additions } from '../store/additions';
import { keep, writeSamples } from '../store/chunks';
import { database, newSamplesId, StoreError } from '../store/db';
import type { EnrolmentRow, TakeRow } from '../store/rows';
import { sealedRow } from '../store/takes';
import { describeVoice } from '../store/voices';
import { ArchiveError, corrupt } from './errors';
import type { Part } from './format';
import type { PlannedEnrolment, PlannedTake, PlannedVoice, Plan } from './plan';

export interface RestoreOptions {
  /** Called with the share of the archive's bytes that are stored, 0..1. */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

/**
 * Stores the contents of a plan: first the samples, under new ids, then all rows in one transaction. After a failure nothing
 * is stored.
 *
 * Outputs are restored as they were exported, marked and with 16 bits, and are marked again by every later export.
 *
 * Rejects with `archive-corrupt`, `archive-full`, `archive-changed` (another tab stored the same in the meantime), with
 * StoreError `unavailable`, or with the signal's AbortError.
 */
export async function restoreArchive(plan: Plan, options: RestoreOptions = {}): Promise<void> {
  const begun: string[] = [];
  try {
    await keep(
      await database(),
      'what is in this file',
      () => new Restore(plan, options, begun).run(),
      begun,
    );
  } catch (error) {
    throw explain(error);
  }
}

class Restore {
  private done = 0;

  constructor(
    private readonly plan: Plan,
    private readonly options: RestoreOptions,
    private readonly begun: string[],
  ) {}

  async run(): Promise<void> {
    const { voices, takes, enrolments, revocations } = this.plan;
    const rows: Additions = { voices: [], takes: [], enrolments: [], revocations };
    for (const take of takes) rows.takes.push(await this.take(take));
    for (const enrolment of enrolments) rows.enrolments.push(await this.enrolment(enrolment));
    for (const voice of voices) rows.voices.push(await this.voice(voice));
    this.options.signal?.throwIfAborted();
    await addAll(rows);
  }

  private async voice({ part, ...voice }: PlannedVoice) {
    const file = await this.read(part);
    return { row: await describeVoice(file, voice), file };
  }

  private async take({ id, take, consent }: PlannedTake): Promise<TakeRow> {
    const { name, createdAt, source } = take;
    const sourceId = await this.samples(take.samples);
    const row = { id, name, createdAt, source, sourceId };
    if (!take.output || !consent) return { ...row, output: null, outputId: null };
    const { wav, seconds: _seconds, ...output } = take.output;
    const samples = await this.decode(wav, output.sampleRateHz);
    const outputId = await this.store(samples);
    return { ...row, output: await sealedRow(id, outputId, { ...output, samples, consent }), outputId };
  }

  private async enrolment({ id, enrolment, consent }: PlannedEnrolment): Promise<EnrolmentRow> {
    const recordings: EnrolmentRow['recordings'] = [];
    for (const { samples, pieces, ...rest } of enrolment.recordings) {
      recordings.push({
        ...rest,
        samplesId: await this.samples(samples),
        pieces: pieces.map((piece) => ({ ...piece, embedding: Float32Array.from(piece.embedding) })),
      });
    }
    const step = enrolment.step === 'train' && !consent ? 'consent' : enrolment.step;
    return { ...enrolment, id, step, consent, recordings };
  }

  private async samples(part: Part): Promise<string> {
    const samples = new Float32Array(await this.read(part));
    if (!samples.every(Number.isFinite)) throw corrupt(`${part.name} has samples that are not finite`);
    return this.store(samples);
  }

  /** Mono samples of a WAV, without the checks of `decodeFile`: a take may be silent. */
  private async decode(part: Part, sampleRateHz: number): Promise<Float32Array> {
    const file = new Blob([await this.read(part)], { type: 'audio/wav' });
    const { signal } = this.options;
    const decoded = await decodeStream(file, part.name, signal ? { signal } : {}).catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw corrupt(`${part.name} cannot be decoded`, cause);
    });
    if (decoded.sampleRateHz !== sampleRateHz) throw corrupt(`${part.name} has another rate than listed`);
    return decoded.samples;
  }

  private async store(samples: Float32Array): Promise<string> {
    const id = newSamplesId();
    this.begun.push(id);
    await writeSamples(await database(), id, samples);
    return id;
  }

  private async read(part: Part): Promise<ArrayBuffer> {
    this.options.signal?.throwIfAborted();
    const content = await this.plan.archive.read(part);
    this.done += part.bytes;
    this.options.onProgress?.(this.done / this.plan.archive.bytes);
    return content;
  }
}

function explain(error: unknown): unknown {
  if (error instanceof StoreError && error.code === 'quota') {
    return new ArchiveError(
      'archive-full',
      'This device has no space left for the contents of this file. Nothing from it was stored, and everything saved before is safe. Delete takes or voices you no longer need, or let the browser store more, then open the file again.',
      { cause: error },
    );
  }
  if ((error as { name?: unknown } | null)?.name === 'ConstraintError') {
    return new ArchiveError(
      'archive-changed',
      `Another tab stored some of this in the meantime (${describeCause(error)}). Nothing from the file was stored by this tab, and everything on this device is safe. Open the file again.`,
      { cause: error },
    );
  }
  return error;
}
