import { m } from '../text/messages';
import type { AppContext } from '../services/context';
import { openEach } from '../services/each-file';
import { Job, type JobControl, type JobProgress } from '../services/job.svelte';
import { EnrolmentClient } from '../services/enrolment-client';
import { modelsUrl } from '../services/models-url';
import type { Scope } from '../services/scope';
import { finishVoice, newAbout, type FinishedVoice } from '../services/voice-maker';
import { decodeFile } from '../audio/decode';
import type { Recorded } from '../audio/recorder';
import { sha256Of } from '../files/hash';
import { ANALYSIS_RATE_HZ } from '../dsp/signal';
import { cosine, meanEmbedding } from '../enrol/speakers';
import { isKept, summarise } from '../enrol/summary';
import type { Piece } from '../enrol/piece';
import type { CleanedRecording, SpokenSentence } from '../enrol/types';
import { plainText, requireGrounds, seal, type ConsentRecord } from '../provenance';
import { adopt, deleteDraft, readDraft, type Draft } from '../store/drafts';
import {
  deleteEnrolment,
  listEnrolments,
  newEnrolment,
  readEnrolment,
  removeRecording,
  withoutIncompleteConsent,
} from '../store/enrolments';
import type { DraftRow, EnrolmentRow, RecordingRow } from '../store/rows';
import { askToPersist } from '../store/takes';
import { saveVoice } from '../store/voices';
import { number } from '../text/format';
import { echoWarnings } from './echo';
import { KeptEnrolment, samplesOfAll } from './kept-enrolment.svelte';
import { MadeVoice } from './made-voice.svelte';
import { PiecePlayer } from '../ui/piece-player.svelte';
import { KeptReading } from './reading.svelte';

export type Step = EnrolmentRow['step'];

type EnrolmentChange = Partial<Pick<EnrolmentRow, 'step' | 'consent'>> & {
  about?: Partial<EnrolmentRow['about']>;
};

/** The enrolment of one voice, from the first recording to the preview. Every step is saved. It outlives its page. */
export class Enrolment {
  readonly job: Job;
  /** The microphone for reading aloud. */
  readonly reading: KeptReading;
  spoken = $state.raw<SpokenSentence | null>(null);
  private readonly client: EnrolmentClient;
  readonly result: MadeVoice;
  readonly player: PiecePlayer;
  private readonly kept: KeptEnrolment;

  /** `onDone` is called when the voices or unfinished voices on this device have changed. */
  constructor(
    private readonly context: AppContext,
    scope: Scope,
    private readonly onDone: () => void,
  ) {
    this.reading = new KeptReading(
      scope,
      context.notices,
      () => this.row.id,
      () => void this.stopReading(),
    );
    this.player = new PiecePlayer(scope);
    this.result = new MadeVoice(context.converter);
    this.client = new EnrolmentClient(scope, modelsUrl());
    this.job = new Job(scope, context.notices);
    this.kept = new KeptEnrolment(scope, context.notices, this.job, () => {
      this.show(newEnrolment());
      this.onDone();
    });
  }

  get row(): EnrolmentRow {
    return this.kept.row;
  }

  /** The finished voice, before `keep` saves it. */
  get made(): FinishedVoice | null {
    return this.result.finished;
  }

  get language(): string {
    return this.kept.language;
  }

  get pieces(): Piece[] {
    return this.row.recordings.flatMap((recording) => recording.pieces);
  }

  get summary() {
    return summarise(this.pieces);
  }

  /** Goes on with an unfinished voice as it stands now. */
  async resume(row: Pick<EnrolmentRow, 'id'>): Promise<void> {
    const { state } = await this.job.run(m.voices_job_resume, async () =>
      this.load(await readEnrolment(row.id), true),
    );
    if (state === 'failed') this.onDone();
  }

  async addFiles(files: readonly File[]): Promise<void> {
    await openEach(files, {
      job: this.job,
      notices: this.context.notices,
      done: 'added',
      open: async (file, job) => {
        const { samples, sampleRateHz, warnings } = await decodeFile(file, file.name, { signal: job.signal });
        const cleaned = await this.client.clean(samples, sampleRateHz, job);
        const room = await this.add(file.name, await sha256Of(await file.arrayBuffer()), cleaned);
        return [...warnings.map((text) => m.services_about_file({ name: file.name, text })), ...room];
      },
    });
  }

  /** Starts to record; `text` is what is read. */
  async startReading(deviceId: string, text: string): Promise<void> {
    this.reading.text = text.slice(0, 60) || m.voices_read_aloud();
    await this.reading.start(deviceId);
  }

  async stopReading(): Promise<void> {
    const recorded = await this.reading.stop();
    const draft = this.reading.takeDraft();
    if (recorded) await this.addRecorded(recorded, this.reading.text, draft);
  }

  /** Cleans and adds a recording. If that fails, its draft is listed, to be added later. */
  async addRecorded(recorded: Recorded, name: string, draft?: Draft): Promise<void> {
    const { state } = await this.job.run(
      () => m.services_cleaning({ name }),
      async (job) => {
        await this.addSamples(recorded.samples, recorded.sampleRateHz, name, job);
        await draft?.discard();
      },
    );
    if (state === 'done') return;
    if (draft && (await draft.end())) {
      await draft.release();
      this.onDone();
    } else {
      this.context.notices.warn(() => m.voices_not_added({ name }), {
        action: { label: m.voices_add_it, run: () => void this.addRecorded(recorded, name, draft) },
      });
    }
  }

  /** Adds a recording that was made before: its tab was closed, or it could not be cleaned. */
  async addDraft(draft: DraftRow): Promise<void> {
    await this.job.run(
      () => m.services_cleaning({ name: draft.name }),
      async (job) => {
        await adopt(draft, async () => {
          const samples = await readDraft(draft);
          if (this.row.id !== draft.enrolmentId) {
            const row = (await listEnrolments()).find(({ id }) => id === draft.enrolmentId);
            await this.load(row ?? newEnrolment(draft.enrolmentId!), row !== undefined);
          }
          await this.addSamples(samples, draft.source.sampleRateHz, draft.name, job);
          await deleteDraft(draft);
        });
      },
    );
    this.onDone();
  }

  async remove(recording: RecordingRow): Promise<void> {
    await this.job.run(m.voices_job_remove, async () => {
      await this.kept.save((id) => removeRecording(id, recording.samplesId));
      await this.kept.reassignSpeakers();
    });
  }

  /** Sets the user's choice for a piece, then reassigns the speakers of all pieces, which depend on it. */
  async choose(piece: Piece, choice: Piece['choice']): Promise<void> {
    await this.kept.choose(piece, choice).catch((error: unknown) => this.context.notices.fail(error));
  }

  async change({ about, ...part }: EnrolmentChange): Promise<void> {
    const changed = (row: EnrolmentRow) => ({ ...row, ...part, about: { ...row.about, ...about } });
    await this.kept.change(changed).catch((error: unknown) => this.context.notices.fail(error));
  }

  /** Analyses the reading of the permission sentence: sets `spoken`, on which `likeness` depends. */
  async checkReading({ samples, sampleRateHz }: Recorded, sentence: string): Promise<void> {
    await this.job.run(m.voices_job_check, async (job) => {
      this.spoken = await this.client.analyseSentence(samples, sampleRateHz, sentence, job);
    });
  }

  /** Cosine similarity of the reading and the kept pieces, -1..1; null while either is missing. */
  get likeness(): number | null {
    const kept = this.pieces.filter((piece) => isKept(piece) && piece.embedding.length > 0);
    if (!this.spoken || kept.length === 0) return null;
    return cosine(this.spoken.embedding, meanEmbedding(kept));
  }

  /** Seals the record with the hashes of the recordings and goes to the step `train`. */
  async consent(record: Omit<ConsentRecord, 'sources' | 'parents' | 'version'>): Promise<void> {
    try {
      const sources = [...new Set(this.row.recordings.map((recording) => recording.sha256))];
      const consent = seal({ ...record, version: 1, sources, parents: [] });
      requireGrounds(consent.record);
      await this.kept.change((row) => withoutIncompleteConsent({ ...row, consent, step: 'train' }));
      // A voice made before was made under another record.
      await this.result.drop(this.row.id);
    } catch (error) {
      this.context.notices.fail(error);
    }
  }

  async train(): Promise<void> {
    const { id, consent, about } = this.row;
    if (!consent) return;
    await this.job.run(m.voices_job_make, async (job) => {
      const name = about.name.trim() || consent.record.person.name;
      const described = newAbout(name, this.language, about.description);
      const input = { about: described, consent, recordings: this.kept.keptSpeech() };
      const draft = await this.client.train(input, job);
      const finished = await finishVoice(this.context.converter, draft, job.signal);
      this.context.notices.announce(m.voices_made);
      await this.result.set(id, finished);
    });
  }

  /** Plays one of AUDITIONS converted to the new voice. */
  async audition(index: number): Promise<void> {
    if (!this.made) return;
    await this.job.run(m.voices_job_audition, async ({ signal }) => {
      const take = await this.result.audition(index, signal);
      await this.player.play(`audition ${index}`, take.samples, take.sampleRateHz);
    });
  }

  async keep(): Promise<void> {
    const { made } = this;
    if (!made) return;
    await this.job.run(m.voices_job_keep, async () => {
      await saveVoice(made.file, made.voice);
      const used = this.row.recordings.map(({ samplesId }) => samplesId);
      if (await deleteEnrolment(this.row.id, used)) {
        this.context.notices.warn(m.voices_made_without);
      }
      this.context.preferences.voiceId = made.voice.about.id;
      this.show(newEnrolment());
      this.onDone();
      void askToPersist();
    });
  }

  samplesOf(recording: RecordingRow, piece: Piece): Float32Array<ArrayBuffer> {
    const all = this.kept.samplesOf(recording.samplesId) ?? new Float32Array(0);
    return all.slice(piece.startSeconds * ANALYSIS_RATE_HZ, piece.endSeconds * ANALYSIS_RATE_HZ);
  }

  /** Key of what is playing, `audition <index>` or that of a piece. */
  get playing(): string | null {
    return this.player.playing;
  }

  async playPiece(key: string, recording: RecordingRow, piece: Piece): Promise<void> {
    if (this.playing === key) return this.player.pause();
    await this.player.play(key, this.samplesOf(recording, piece), ANALYSIS_RATE_HZ);
  }

  private show(...shown: Parameters<KeptEnrolment['show']>): void {
    this.kept.show(...shown);
    this.result.finished = null;
    this.spoken = null;
  }

  private async load(row: EnrolmentRow, isStored: boolean): Promise<void> {
    this.show(row, isStored, await samplesOfAll(row));
    if (row.step === 'train') await this.result.load(row.id);
  }

  private async addSamples(
    samples: Float32Array,
    sampleRateHz: number,
    name: string,
    job: JobControl<JobProgress>,
  ): Promise<void> {
    const cleaned = await this.client.clean(samples, sampleRateHz, job);
    const warnings = await this.add(name, await sha256Of(samples.slice().buffer), cleaned);
    for (const warning of warnings) this.context.notices.warn(warning);
  }

  private async add(name: string, sha256: string, cleaned: CleanedRecording): Promise<string[]> {
    const { samples, pieces } = cleaned;
    const recording = { name: plainText(name), sha256, samples, pieces, sampleRateHz: ANALYSIS_RATE_HZ };
    await this.kept.add(recording);
    const { reverberation, humHz } = cleaned;
    if (humHz > 0) this.context.notices.announce(() => m.voices_hum({ hertz: number(humHz), name }));
    return echoWarnings(name, reverberation.decaySeconds);
  }
}
