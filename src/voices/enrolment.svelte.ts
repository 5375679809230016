import type { AppContext } from '../services/context';
import { Job } from '../services/job.svelte';
import { EnrolmentClient } from '../services/enrolment-client';
import { modelsUrl } from '../services/models-url';
import type { Scope } from '../services/scope';
import { audition, finishVoice, newAbout, type FinishedVoice } from '../services/voice-maker';
import { AbPlayer } from '../audio/ab-player';
import { decodeFile } from '../audio/decode';
import type { Recorded } from '../audio/recorder';
import { sha256Of } from '../files/hash';
import { ANALYSIS_RATE_HZ } from '../dsp/signal';
import { cosine, markOtherSpeakers, meanEmbedding } from '../enrol/speakers';
import { isKept, summarise } from '../enrol/summary';
import type { Piece } from '../enrol/piece';
import type { CleanedRecording, SpokenSentence } from '../enrol/types';
import { allowedUses, plainText, requireGrounds, seal, type ConsentRecord } from '../provenance';
import {
  addRecording,
  deleteEnrolment,
  readRecording,
  removeRecording,
  saveEnrolment,
} from '../store/enrolments';
import type { EnrolmentRow, RecordingRow } from '../store/rows';
import { askToPersist } from '../store/takes';
import { saveVoice } from '../store/voices';

export type Step = EnrolmentRow['step'];

export const AUDITIONS = ['sample/sample.wav', 'sample/second.opus', 'sample/third.opus'];

/** The enrolment of one voice, from the first recording to the preview. Every step is saved. */
export class Enrolment {
  row = $state.raw<EnrolmentRow>(emptyRow());
  readonly job: Job;
  /** The finished voice, before `keep` saves it. */
  made = $state.raw<FinishedVoice | null>(null);
  spoken = $state.raw<SpokenSentence | null>(null);
  playing = $state<string | null>(null);
  private readonly client: EnrolmentClient;
  private readonly samples = new Map<string, Float32Array<ArrayBuffer>>();
  private readonly player = new AbPlayer(() => (this.playing = null));

  constructor(
    private readonly context: AppContext,
    scope: Scope,
    private readonly onDone: () => void,
  ) {
    this.client = new EnrolmentClient(scope, modelsUrl());
    scope.own(() => this.player.close());
    this.job = new Job(scope, context.notices);
  }

  get pieces(): Piece[] {
    return this.row.recordings.flatMap((recording) => recording.pieces);
  }

  get summary() {
    return summarise(this.pieces);
  }

  /** Continues an unfinished enrolment. */
  async resume(row: EnrolmentRow): Promise<void> {
    await this.job.run('Opening the recordings', async () => {
      for (const recording of row.recordings)
        this.samples.set(recording.samplesId, await readRecording(recording));
      this.row = row;
    });
  }

  async addFiles(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      const { state } = await this.job.run(`Cleaning ${file.name}`, async (job) => {
        const { samples, sampleRateHz, warnings } = await decodeFile(file, file.name, { signal: job.signal });
        for (const warning of warnings) this.context.notices.warn(`${file.name}: ${warning}`);
        const cleaned = await this.client.clean(samples, sampleRateHz, job);
        await this.add(file.name, await sha256Of(await file.arrayBuffer()), cleaned);
      });
      if (state !== 'done') return;
    }
  }

  async addRecorded({ samples, sampleRateHz }: Recorded, name: string): Promise<void> {
    await this.job.run(`Cleaning ${name}`, async (job) => {
      const cleaned = await this.client.clean(samples, sampleRateHz, job);
      await this.add(name, await sha256Of(samples.slice().buffer), cleaned);
    });
  }

  async remove(recording: RecordingRow): Promise<void> {
    await this.job.run('Removing a recording', async () => {
      this.row = await removeRecording(this.row, recording.samplesId);
      this.samples.delete(recording.samplesId);
      await this.reassignSpeakers();
    });
  }

  /** Sets the user's choice for a piece, then reassigns the speakers of all pieces, which depend on it. */
  async choose(piece: Piece, choice: Piece['choice']): Promise<void> {
    piece.choice = choice;
    await this.reassignSpeakers().catch((error: unknown) => this.context.notices.fail(error));
  }

  async change(part: Partial<Pick<EnrolmentRow, 'about' | 'step' | 'consent'>>): Promise<void> {
    this.row = { ...this.row, ...part };
    await saveEnrolment(this.row).catch((error: unknown) => this.context.notices.fail(error));
  }

  /** Analyses the reading of the permission sentence: sets `spoken`, on which `likeness` depends. */
  async checkReading({ samples, sampleRateHz }: Recorded, sentence: string): Promise<void> {
    await this.job.run('Checking the voice and the words', async (job) => {
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
      await this.change({ consent, step: 'train' });
    } catch (error) {
      this.context.notices.fail(error);
    }
  }

  async train(): Promise<void> {
    const { consent, about } = this.row;
    if (!consent) return;
    await this.job.run('Making the voice', async (job) => {
      const name = about.name.trim() || consent.record.person.name;
      const input = {
        about: newAbout(name, about.language, about.description),
        consent,
        recordings: this.row.recordings.map(({ samplesId, pieces }) => ({
          samples: this.samples.get(samplesId)!,
          pieces: pieces.filter(isKept).map(({ startSeconds, endSeconds }) => ({ startSeconds, endSeconds })),
        })),
      };
      const draft = await this.client.train(input, job);
      this.made = await finishVoice(this.context.converter, draft, job.signal);
      this.context.notices.announce('The voice is made. Listen to it, then keep it.');
    });
  }

  /** Plays one of AUDITIONS converted to the new voice. */
  async audition(index: number): Promise<void> {
    const { made } = this;
    if (!made) return;
    await this.job.run('Converting a sentence', async (job) => {
      const id = made.voice.about.id;
      // A voice that may not be previewed is heard by its maker as any conversion.
      const use = allowedUses(made.voice.sealed.record).includes('preview') ? 'preview' : 'convert';
      const take = await audition(this.context.converter, id, AUDITIONS[index]!, job.signal, use);
      await this.play(`audition ${index}`, take.samples, take.sampleRateHz);
    });
  }

  async keep(): Promise<void> {
    const { made } = this;
    if (!made) return;
    await this.job.run('Saving the voice', async () => {
      await saveVoice(made.file, made.voice);
      await deleteEnrolment(this.row.id);
      this.context.preferences.voiceId = made.voice.about.id;
      this.reset();
      this.onDone();
      void askToPersist();
    });
  }

  reset(): void {
    this.row = emptyRow();
    this.made = null;
    this.spoken = null;
    this.samples.clear();
  }

  samplesOf(recording: RecordingRow, piece: Piece): Float32Array<ArrayBuffer> {
    const all = this.samples.get(recording.samplesId) ?? new Float32Array(0);
    return all.slice(piece.startSeconds * ANALYSIS_RATE_HZ, piece.endSeconds * ANALYSIS_RATE_HZ);
  }

  async playPiece(key: string, recording: RecordingRow, piece: Piece): Promise<void> {
    if (this.playing === key) return this.pause();
    await this.play(key, this.samplesOf(recording, piece), ANALYSIS_RATE_HZ);
  }

  private pause(): void {
    this.player.pause();
    this.playing = null;
  }

  private async play(key: string, samples: Float32Array, sampleRateHz: number): Promise<void> {
    this.player.setTracks({ samples, sampleRateHz }, undefined);
    this.playing = key;
    await this.player.play();
  }

  private async add(name: string, sha256: string, cleaned: CleanedRecording): Promise<void> {
    const { samples, pieces } = cleaned;
    const row = await addRecording(this.row, {
      name: plainText(name),
      sha256,
      samples,
      pieces,
      sampleRateHz: ANALYSIS_RATE_HZ,
    });
    this.samples.set(row.recordings.at(-1)!.samplesId, samples);
    this.row = row;
    await this.reassignSpeakers();
    const { reverberation, humHz } = cleaned;
    if (humHz > 0) this.context.notices.announce(`A hum at ${humHz.toFixed(0)} Hz was removed from ${name}.`);
    if (reverberation.decaySeconds !== null && reverberation.decaySeconds > 0.6) {
      this.context.notices.warn(
        `${name} was recorded in a room that echoes for about ${reverberation.decaySeconds.toFixed(1)} seconds. It can be used, but a recording close to the microphone, among curtains and cushions, makes a clearer voice.`,
      );
    }
  }

  /** The main speaker is determined from all recordings together. */
  private async reassignSpeakers(): Promise<void> {
    markOtherSpeakers(this.pieces);
    this.row = { ...this.row };
    await saveEnrolment(this.row);
  }
}

function emptyRow(): EnrolmentRow {
  return {
    id: crypto.randomUUID(),
    createdAt: Date.now(),
    about: { name: '', language: '', description: '' },
    step: 'collect',
    consent: null,
    recordings: [],
  };
}
