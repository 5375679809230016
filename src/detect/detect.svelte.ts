import { m } from '../text/messages';
import type { AppContext } from '../services/context';
import { Job, type JobControl, type JobProgress } from '../services/job.svelte';
import { detect } from '../services/detection-client';
import type { Words } from '../services/messages';
import { jobTask } from '../services/work.svelte';
import type { Scope } from '../services/scope';
import { checkSamples } from '../audio/check';
import { decodeFile } from '../audio/decode';
import type { Recorded } from '../audio/recorder';
import { progressReporter } from '../enrol/progress';
import { markId24 } from '../export/mark-id';
import { readCredentials, type Credentials } from '../export/read-credentials';
import { TrackPlayer } from '../ui/track-player.svelte';
import { voiceName } from '../ui/voice-words';
import type { Detection } from '../watermark/types';
import { measureClues, type ClueValues } from './clues';

export interface Finding {
  /** Null for a recording of the microphone. */
  fileName: string | null;
  samples: Float32Array;
  sampleRateHz: number;
  seconds: number;
  detection: Detection;
  /** The credentials in the file; null if there are none, `unreadable` if they could not be parsed. */
  credentials: Credentials | null | 'unreadable';
  clues: ClueValues;
}

interface Opened {
  fileName: Finding['fileName'];
  samples: Float32Array;
  sampleRateHz: number;
  credentials: Finding['credentials'];
}

/** Examines one recording at a time, also while another page is shown: the mark, the credentials in the file, and traces of synthesis. */
export class DetectPage {
  finding = $state.raw<Finding | null>(null);
  readonly job: Job;
  readonly player: TrackPlayer;

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
  ) {
    this.player = new TrackPlayer(scope);
    this.job = new Job(scope, context.notices);
    context.work.add(scope, () => [jobTask('detect', this.job, false)]);
  }

  async examineFile(file: File): Promise<void> {
    const label = () => m.services_opening({ name: file.name });
    await this.examine(label, async ({ signal, onProgress, begin }) => {
      const report = progressReporter(onProgress);
      const { samples, sampleRateHz, warnings } = await decodeFile(file, file.name, {
        signal,
        onProgress: (done, total) => total > 0 && report(done / total),
      });
      for (const warning of warnings) this.context.notices.warn(warning);
      begin(m.detect_reading);
      // Broken credentials do not stop the examination of the sound.
      const credentials = await readCredentials(file, file.name).catch(() => 'unreadable' as const);
      return { fileName: file.name, samples, sampleRateHz, credentials };
    });
  }

  async examineRecorded({ samples, sampleRateHz }: Recorded): Promise<void> {
    await this.examine(m.detect_opening_recording, async () => {
      for (const warning of checkSamples(samples, sampleRateHz)) this.context.notices.warn(warning);
      return { fileName: null, samples, sampleRateHz, credentials: null };
    });
  }

  private async examine(
    label: Words,
    open: (control: JobControl<JobProgress>) => Promise<Opened>,
  ): Promise<void> {
    await this.job.run(label, async (control) => {
      this.finding = null;
      this.player.open(undefined, undefined);
      const { signal, onProgress, begin } = control;
      const { fileName, samples, sampleRateHz, credentials } = await open(control);
      begin(m.detect_measuring);
      const clues = await measureClues(samples, sampleRateHz, signal);
      begin(m.detect_searching);
      const report = progressReporter(onProgress);
      report(0);
      const detection = await detect(this.scope, samples.slice(), sampleRateHz, report, signal);
      const seconds = samples.length / sampleRateHz;
      this.player.open({ samples, sampleRateHz }, undefined);
      this.finding = {
        fileName,
        samples,
        sampleRateHz,
        seconds,
        detection,
        credentials,
        clues,
      };
    });
  }

  /** Name of the voice in the payload of `finding`, as soon as the voices are loaded; null if it is unknown or unreadable. */
  get voiceName(): string | null {
    const { payload, payloadOk } = this.finding?.detection ?? {};
    if (!payload || !payloadOk) return null;
    const voices = this.context.converter.status?.voices ?? [];
    const voice = voices.find(({ id, consent }) => markId24(id, consent) === payload.id24);
    return voice ? voiceName(voice) : null;
  }

  /** Whether the voices that could name `finding` are still being loaded. */
  get isNaming(): boolean {
    const { status, failure } = this.context.converter;
    return status === null && failure === null;
  }
}
