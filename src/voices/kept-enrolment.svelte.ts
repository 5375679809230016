import { m } from '../text/messages';
import type { Job } from '../services/job.svelte';
import { language } from '../services/locale.svelte';
import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import type { Piece } from '../enrol/piece';
import { isKept } from '../enrol/summary';
import { markOtherSpeakers } from '../enrol/speakers';
import { onChanged } from '../store/changes';
import { isMissing } from '../store/db';
import {
  addRecording,
  changeEnrolment,
  newEnrolment,
  readEnrolment,
  readRecording,
  type NewRecording,
} from '../store/enrolments';
import { wasDeletedHere } from '../store/kept/deleted-here';
import type { EnrolmentRow } from '../store/rows';

type Samples = Map<string, Float32Array<ArrayBuffer>>;

/**
 * The row of an unfinished voice and the samples of its recordings, as they are stored. Other tabs may change both: each write changes the row as it
 * stands then, and its result is shown. The step that is shown is this tab's own.
 */
export class KeptEnrolment {
  row = $state.raw<EnrolmentRow>(newEnrolment());
  private samples: Samples = new Map();
  /** Whether the row was stored: then its absence means that another tab has finished or deleted it. */
  private isStored = false;
  /** Number of writes that were begun: what an earlier one resolves with is not shown. */
  private writes = 0;

  /** `onDeleted` is called when another tab has finished or deleted the voice, and has to show another one. */
  constructor(
    scope: Scope,
    private readonly notices: Notices,
    private readonly job: Job,
    private readonly onDeleted: () => void,
  ) {
    scope.own(onChanged('enrolments', () => void this.follow()));
  }

  /** Of a recording, by its samples id. */
  samplesOf(samplesId: string): Float32Array<ArrayBuffer> | undefined {
    return this.samples.get(samplesId);
  }

  /** Code of the language of the sentences to read and of the voice: once something is recorded or it is chosen, always the same. */
  get language(): string {
    return this.row.about.language || language.locale;
  }

  /** Of each recording, what the voice is made from. */
  keptSpeech() {
    return this.row.recordings.map(({ samplesId, pieces }) => ({
      samples: this.samplesOf(samplesId)!,
      pieces: pieces.filter(isKept).map(({ startSeconds, endSeconds }) => ({ startSeconds, endSeconds })),
    }));
  }

  show(row: EnrolmentRow, isStored = false, samples: Samples = new Map()): void {
    Object.assign(this, { row, isStored, samples });
  }

  /** Adds a recording; if another tab has deleted the voice, as the first one of a new voice. */
  async add(recording: NewRecording & { samples: Float32Array<ArrayBuffer> }): Promise<void> {
    // The voice would be made without it.
    if (this.row.step === 'train') this.row = { ...this.row, step: 'consent' };
    this.row.about.language ||= this.language;
    const add = () =>
      this.save(async (id, fresh) => {
        const row = await addRecording(id, recording, fresh);
        this.samples.set(row.recordings.at(-1)!.samplesId, recording.samples);
        return row;
      });
    await add().catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      this.notices.warn(() => `${error.message} ${m.voices_first_of_new({ name: recording.name })}`, {
        isLasting: true,
      });
      return add();
    });
    await this.reassignSpeakers();
  }

  /** Shows what `change` makes of the row that this tab has, then stores and shows what it makes of the row as it stands. */
  async change(change: (row: EnrolmentRow) => EnrolmentRow): Promise<void> {
    this.row = change(this.row);
    await this.save((id, fresh) => changeEnrolment(id, change, fresh));
  }

  /** Sets the user's choice for a piece of the row. */
  async choose(piece: Piece, choice: Piece['choice']): Promise<void> {
    const { samplesId, pieces } = this.row.recordings.find((recording) => recording.pieces.includes(piece))!;
    const index = pieces.indexOf(piece);
    await this.reassignSpeakers((row) => {
      const stored = row.recordings.find((recording) => recording.samplesId === samplesId)?.pieces[index];
      if (stored) stored.choice = choice;
    });
  }

  /** The main speaker is determined from all recordings together, after `change`. */
  async reassignSpeakers(change: (row: EnrolmentRow) => void = () => undefined): Promise<void> {
    await this.change((row) => {
      change(row);
      markOtherSpeakers(row.recordings.flatMap(({ pieces }) => pieces));
      return { ...row };
    });
  }

  /** Runs `write`, which changes the row as it stands now; `fresh`: the row, if it is not stored yet. Rejects with `missing` if another tab has deleted it. */
  async save(write: (id: string, fresh: EnrolmentRow | undefined) => Promise<EnrolmentRow>): Promise<void> {
    const { id } = this.row;
    const turn = ++this.writes;
    try {
      const stored = await write(id, this.isStored ? undefined : this.row);
      if (this.row.id !== id) return;
      this.isStored = true;
      await this.adopt(stored, turn);
    } catch (error) {
      if (isMissing(error) && this.row.id === id) this.onDeleted();
      throw error;
    }
  }

  /** Shows what another tab has changed. A job goes on with what it has begun with. */
  private async follow(): Promise<void> {
    const { id } = this.row;
    if (!this.isStored || this.job.isBusy) return;
    const turn = this.writes;
    try {
      await this.adopt(await readEnrolment(id), turn);
    } catch (error) {
      if (this.row.id !== id || this.job.isBusy) return;
      if (isMissing(error)) this.onDeleted();
      if (!wasDeletedHere(id)) this.notices.fail(error);
    }
  }

  /** Shows the row as it is stored, unless a later write was begun. */
  private async adopt(stored: EnrolmentRow, turn: number): Promise<void> {
    const samples: Samples = new Map();
    for (const recording of stored.recordings) {
      const { samplesId } = recording;
      // Another tab may have removed it again.
      const read = this.samples.get(samplesId) ?? (await readRecording(recording).catch(() => undefined));
      if (read) samples.set(samplesId, read);
    }
    if (turn !== this.writes || this.row.id !== stored.id) return;
    const { step } = this.row;
    if (step === 'train') {
      // The voice is made of the recordings that its record names.
      this.row = { ...this.row, about: stored.about };
      return;
    }
    this.samples = samples;
    const recordings = stored.recordings.filter(({ samplesId }) => samples.has(samplesId));
    this.row = { ...stored, recordings, step };
  }
}

/** The samples of all recordings. Rejects with `damaged`. */
export async function samplesOfAll({ recordings }: EnrolmentRow): Promise<Samples> {
  const samples: Samples = new Map();
  for (const recording of recordings) samples.set(recording.samplesId, await readRecording(recording));
  return samples;
}
