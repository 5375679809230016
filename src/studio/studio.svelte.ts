import { m } from '../text/messages';
import type { AppContext } from '../services/context';
import { openEach } from '../services/each-file';
import { findVoice } from '../services/find-voice';
import { Job, type JobProgress } from '../services/job.svelte';
import { jobTask, type Task } from '../services/work.svelte';
import type { Scope } from '../services/scope';
import { checkSamples, needsRepair } from '../audio/check';
import { AudioError } from '../audio/errors';
import { speechWarning } from '../audio/speech-likeness';
import type { Condition } from '../engine/analysis/conditions';
import type { ConvertProgress } from '../engine/types';
import { progressReporter } from '../enrol/progress';
import { canShare, download, share } from '../export/deliver';
import type { ExportFormat, ExportedTake } from '../export/export';
import { asConversion, isConversionRevoked, nameless, plainText } from '../provenance';
import { onChanged } from '../store/changes';
import type { Draft } from '../store/drafts';
import { isInMemory } from '../store/memory/open';
import { requireIntact, type TakeOutput } from '../store/takes';
import { revoked } from '../store/voices';
import { TrackPlayer } from '../ui/track-player.svelte';
import { voiceName } from '../ui/voice-words';
import { Recording, recordingName, type Recorded } from './recording.svelte';
import { clock } from '../text/format';
import { TakeLibrary, type OpenTake } from './take-library.svelte';

export interface SoundProgress extends JobProgress {
  doneSeconds: number;
  totalSeconds: number;
}

/** State of the studio: one open take, the job that works on it, and the library of all takes. It outlives its page. */
export class Studio {
  readonly job: Job<SoundProgress>;
  readonly recording: Recording;
  readonly player: TrackPlayer;
  readonly library: TakeLibrary;
  /** What is wrong with the open take, that which costs most words first. */
  heard = $state.raw<Condition[]>([]);
  private judged: OpenTake['source'] | null = null;
  /** The take that is being converted. */
  private converting: OpenTake | null = null;

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
  ) {
    const { notices } = context;
    this.job = new Job(scope, notices);
    this.recording = new Recording(scope, notices, (...recorded) => void this.addRecording(...recorded));
    this.player = new TrackPlayer(scope);
    this.library = new TakeLibrary(
      scope,
      notices,
      (take) => {
        this.player.open(take?.source, take?.output ?? undefined);
        void this.silenceRevoked();
        void this.judge(take?.source ?? null);
      },
      (id, name) => this.stopConverting(id, name),
    );
    scope.own(onChanged('voices', () => void this.silenceRevoked()));
    context.work.add(scope, () => this.tasks);
  }

  /** Called when the page is left: whatever works goes on, but nothing is played that nobody sees. */
  leave(): void {
    this.player.pause();
  }

  get take(): OpenTake | null {
    return this.library.open;
  }

  async openFile(file: File): Promise<void> {
    await this.openFiles([file]);
  }

  /** Opens each as a take; the last stays open. */
  async openFiles(files: readonly File[]): Promise<void> {
    await openEach(files, {
      job: this.job,
      notices: this.context.notices,
      done: 'opened',
      open: async (file, { signal, onProgress }) => {
        const { decodeFile } = await import('../audio/decode');
        const { samples, sampleRateHz, warnings } = await decodeFile(file, file.name, {
          signal,
          onProgress: (doneSeconds, totalSeconds) =>
            onProgress(soundProgress(doneSeconds, totalSeconds, null)),
        });
        await this.addTake(samples, sampleRateHz, plainText(file.name.replace(/\.[^.]+$/, '')) || nameless());
        return [...warnings, ...doubtsOf(samples, sampleRateHz)];
      },
    });
  }

  async openSample(): Promise<void> {
    try {
      const response = await fetch('sample/sample.wav');
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      await this.openFile(new File([await response.blob()], `${m.studio_sample()}.wav`));
    } catch (cause) {
      console.error(cause);
      this.context.notices.fail(new DOMException(m.studio_sample_missing(), 'sample-missing'));
    }
  }

  async convert(): Promise<void> {
    const { take } = this;
    const { converter, ear, preferences, notices } = this.context;
    const voice = converter.status?.voices.find((other) => other.id === preferences.voiceId);
    if (!take || !voice) return;
    const label = () => m.studio_converting({ voice: voiceName(voice) });
    const outcome = await this.job.run(label, async ({ signal, onProgress }) => {
      this.converting = take;
      const controls = { ...preferences.controls };
      const result = await converter.convert({
        samples: take.source.samples,
        sampleRateHz: take.source.sampleRateHz,
        voiceId: voice.id,
        controls,
        ear: ear.choice,
        signal,
        onProgress: ({ secondsDone, secondsTotal, secondsLeft }: ConvertProgress) =>
          onProgress(soundProgress(secondsDone, secondsTotal, secondsLeft)),
      });
      await this.library.addOutput(take, {
        samples: result.samples,
        sampleRateHz: result.sampleRateHz,
        voiceId: voice.id,
        voiceName: voice.name,
        controls,
        backend: result.backend,
        rtf: result.rtf,
        ear: result.ear,
        isDenoised: result.isDenoised,
        consent: result.consent,
        voiceData: result.voiceData,
      });
      notices.announce(() => m.studio_converted({ voice: voiceName(voice) }));
      void ear.offer();
    });
    if (outcome.state !== 'busy') this.converting = null;
  }

  /** Marks and encodes the open take and downloads the file. */
  async download(format: ExportFormat): Promise<void> {
    await this.export(format, (file) => download(file, this.scope));
  }

  /** As `download`, through the device's share sheet if it accepts the file. */
  async share(format: ExportFormat): Promise<void> {
    await this.export(format, async (file) => {
      if (!canShare(file) || !(await share(file))) download(file, this.scope);
    });
  }

  private async export(
    format: ExportFormat,
    deliver: (file: ExportedTake) => void | Promise<void>,
  ): Promise<void> {
    const { take } = this;
    if (!take?.output) return;
    const { output, name: takeName } = take;
    const { disclaimer } = this.context.preferences;
    const label = () => m.studio_exporting({ format: format.toUpperCase() });
    await this.job.run(label, async ({ signal, onProgress }) => {
      requireIntact(take);
      const seconds = output.samples.length / output.sampleRateHz;
      const { exportTake, mayHaveCredentials } = await import('../export/export');
      const file = await exportTake(
        output.samples,
        output.sampleRateHz,
        format,
        {
          voiceId: output.voiceId,
          voiceName: output.voiceName,
          takeName,
          ...(await this.conversionOf(output)),
          ...(disclaimer !== 'none' && { disclaimer }),
        },
        {
          signal,
          onProgress: progressReporter(({ fraction, secondsLeft }) =>
            onProgress(soundProgress(fraction * seconds, seconds, secondsLeft)),
          ),
        },
      );
      await deliver(file);
      if (mayHaveCredentials(format) && !file.hasCredentials) {
        this.context.notices.warn(m.studio_credentials_missing);
      }
    });
  }

  /** Ends the playing of the open take's conversion once its voice is revoked; the recording can still be heard. */
  private async silenceRevoked(): Promise<void> {
    const { take } = this;
    const known = await revoked();
    if (!take?.output || known.size === 0) return;
    const { output } = take;
    // What the take itself says is known at once; the published voices may still be loading.
    const isRevoked =
      isConversionRevoked(asConversion(output, null), known) ||
      isConversionRevoked(await this.conversionOf(output), known);
    // A take that is saved or renamed meanwhile is another object with the same output.
    if (!isRevoked || this.take?.output !== output) return;
    this.player.open(take.source, undefined);
    const voice = { id: output.voiceId, name: output.voiceName };
    this.context.notices.warn(() => m.studio_conversion_revoked({ voice: voiceName(voice) }));
  }

  private async conversionOf(output: TakeOutput) {
    // Without the published voices, what the take itself says of its voice is checked.
    const voice = await findVoice(this.context.converter, output.voiceId).catch(() => null);
    return asConversion(output, voice);
  }

  private get tasks(): (Task | null)[] {
    const { recording, library, job } = this;
    const { takes, unsaved, saving } = library;
    return [
      recording.state === 'recording'
        ? {
            page: 'studio',
            label: m.studio_task_recording({ time: clock(recording.seconds) }),
            end: { label: m.studio_stop(), run: () => void recording.stop() },
            isLossy: true,
          }
        : null,
      jobTask('studio', job, true),
      unsaved.length > 0
        ? {
            page: 'studio',
            label: m.studio_task_unsaved({ count: unsaved.length }),
            isLossy: true,
          }
        : null,
      isInMemory() && takes.length > 0
        ? { page: 'studio', label: m.studio_task_memory({ count: takes.length }), isLossy: true }
        : null,
      saving > 0 ? { page: 'studio', label: m.studio_task_saving(), isLossy: true } : null,
    ];
  }

  private stopConverting(id: string, name: string): void {
    if (this.converting?.id !== id) return;
    this.job.cancel();
    this.context.notices.warn(() => m.studio_deleted_converting({ name }));
  }

  private async addRecording({ samples, sampleRateHz }: Recorded, draft: Draft | undefined): Promise<void> {
    try {
      const isRepaired = needsRepair(samples);
      const warnings = checkSamples(samples, sampleRateHz);
      const name = draft?.row.name ?? recordingName();
      const take = { name, source: { samples, sampleRateHz } };
      await this.library.add(take, draft && { draft, isRepaired });
      for (const warning of [...warnings, ...doubtsOf(samples, sampleRateHz)])
        this.context.notices.warn(warning);
    } catch (error) {
      // Nothing in it can be converted; after any other failure it is still there at the next start.
      if (error instanceof AudioError) await draft?.discard();
      this.context.notices.fail(error);
    }
  }

  private async addTake(samples: Float32Array, sampleRateHz: number, name: string): Promise<void> {
    await this.library.add({ name, source: { samples, sampleRateHz } });
  }

  private async judge(source: OpenTake['source'] | null): Promise<void> {
    if (source?.samples === this.judged?.samples) return;
    this.judged = source;
    this.heard = [];
    try {
      const { judgeTake } = await import('../engine/analysis/condition-take');
      const { named } = await import('../engine/analysis/conditions');
      const found = source && (await judgeTake(source.samples, source.sampleRateHz));
      // Another take may have been opened meanwhile.
      if (this.judged === source && found) this.heard = named(found);
    } catch (error) {
      this.context.notices.fail(error);
    }
  }
}

function doubtsOf(samples: Float32Array, sampleRateHz: number): string[] {
  const doubt = speechWarning(samples, sampleRateHz);
  return doubt ? [doubt] : [];
}

function soundProgress(doneSeconds: number, totalSeconds: number, secondsLeft: number | null): SoundProgress {
  const fraction = totalSeconds > 0 ? doneSeconds / totalSeconds : null;
  return { fraction, secondsLeft, doneSeconds, totalSeconds };
}
