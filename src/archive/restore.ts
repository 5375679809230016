import { decodeStream } from '../audio/decode-stream';
import { describeCause } from '../engine/errors';
import { addAll, type Additions } from '../store/additions';
import { keep, writeSamples } from '../store/chunks';
import { database, newSamplesId, StoreError } from '../store/db';
import type { EnrolmentRow, TakeRow } from '../store/rows';
import { sealedRow, unsealedRow, type TakeOutput } from '../store/takes';
import { describeVoice } from '../store/voices';
import { m } from '../text/messages';
import { ArchiveError, corrupt } from './errors';
import type { Part } from './format';
import { whyNotSealed, type ReadMark } from './mark-check';
import type { PlannedEnrolment, PlannedTake, PlannedVoice, Plan } from './plan';
import type { LeftOut } from './write';

/** Time to look for the mark in a sound over the time to store it; weights the progress. */
const CHECKING_COST = 20;

export interface RestoreOptions {
  readMark: ReadMark;
  /** Called with the share of the work that is done, 0..1. */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

/**
 * Stores the contents of a plan: first the samples, under new ids, then all rows in one transaction. After a failure nothing
 * is stored.
 *
 * Outputs are restored as they were exported, marked and with 16 bits, and are marked again by every later export. Those whose
 * mark is not that of their voice and record are stored without a seal, so that they can be heard, but not exported: the promise
 * resolves with them.
 *
 * Rejects with `archive-corrupt`, `archive-full`, `archive-changed` (another tab stored the same in the meantime), with
 * StoreError `unavailable`, or with the signal's AbortError.
 */
export async function restoreArchive(plan: Plan, options: RestoreOptions): Promise<LeftOut[]> {
  const begun: string[] = [];
  try {
    return await keep(await database(), 'archive', () => new Restore(plan, options, begun).run(), begun);
  } catch (error) {
    throw explain(error);
  }
}

class Restore {
  /** Bytes read, and those checked times CHECKING_COST. */
  private done = 0;
  private readonly total: number;
  private readonly unsealed: LeftOut[] = [];

  constructor(
    private readonly plan: Plan,
    private readonly options: RestoreOptions,
    private readonly begun: string[],
  ) {
    const checked = plan.takes.reduce(
      (sum, planned) => sum + (mustCheck(planned) ? planned.take.output!.wav.bytes : 0),
      0,
    );
    this.total = plan.archive.bytes + CHECKING_COST * checked;
  }

  async run(): Promise<LeftOut[]> {
    const { voices, takes, enrolments, revocations } = this.plan;
    const rows: Additions = { voices: [], takes: [], enrolments: [], revocations };
    for (const take of takes) rows.takes.push(await this.take(take));
    for (const enrolment of enrolments) rows.enrolments.push(await this.enrolment(enrolment));
    for (const voice of voices) rows.voices.push(await this.voice(voice));
    this.options.signal?.throwIfAborted();
    await addAll(rows);
    return this.unsealed;
  }

  private async voice({ part, ...voice }: PlannedVoice) {
    const file = await this.read(part);
    return { row: await describeVoice(file, voice), file };
  }

  private async take(planned: PlannedTake): Promise<TakeRow> {
    const { id, take, consent } = planned;
    const { name, createdAt, source } = take;
    const sourceId = await this.samples(take.samples);
    const row = { id, name, createdAt, source, sourceId };
    if (!take.output || !consent) return { ...row, output: null, outputId: null };
    const { wav, seconds: _seconds, ...output } = take.output;
    const samples = await this.decode(wav, output.sampleRateHz);
    const outputId = await this.store(samples);
    const converted = { ...output, samples, consent };
    const why = await this.whyNotSealed(planned, converted);
    if (why) this.unsealed.push({ name: m.archive_as({ name, voice: output.voiceName }), why });
    const stored = why ? unsealedRow(converted) : await sealedRow(id, outputId, converted);
    return { ...row, output: stored, outputId };
  }

  private async whyNotSealed(planned: PlannedTake, output: TakeOutput): Promise<string | null> {
    if (!mustCheck(planned)) return m.archive_unknown_voice();
    const before = this.done;
    const { signal } = this.options;
    const cost = CHECKING_COST * planned.take.output!.wav.bytes;
    const why = await whyNotSealed(output, planned.consent!, this.options.readMark, {
      onProgress: (fraction) => this.advanceTo(before + fraction * cost),
      signal,
    }).catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw cause;
    });
    this.advanceTo(before + cost);
    return why;
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
    if (!samples.every(Number.isFinite)) throw corrupt(m.archive_why_not_finite({ name: part.name }));
    return this.store(samples);
  }

  /** Mono samples of a WAV, without the checks of `decodeFile`: a take may be silent. */
  private async decode(part: Part, sampleRateHz: number): Promise<Float32Array> {
    const file = new Blob([await this.read(part)], { type: 'audio/wav' });
    const { signal } = this.options;
    const decoded = await decodeStream(file, part.name, signal ? { signal } : {}).catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw corrupt(m.archive_why_undecodable({ name: part.name }), cause);
    });
    if (decoded.sampleRateHz !== sampleRateHz) throw corrupt(m.archive_why_rate({ name: part.name }));
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
    this.advanceTo(this.done + part.bytes);
    return content;
  }

  private advanceTo(done: number): void {
    this.done = done;
    this.options.onProgress?.(done / this.total);
  }
}

function mustCheck({ take, consent, isVoiceUnknown }: PlannedTake): boolean {
  return take.output !== null && consent !== null && !isVoiceUnknown;
}

function explain(error: unknown): unknown {
  if (error instanceof StoreError && error.code === 'quota') {
    return new ArchiveError('archive-full', m.archive_full(), { cause: error });
  }
  if ((error as { name?: unknown } | null)?.name === 'ConstraintError') {
    return new ArchiveError('archive-changed', m.archive_changed({ why: describeCause(error) }), {
      cause: error,
    });
  }
  return error;
}
