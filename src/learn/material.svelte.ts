import type { AppContext } from '../services/context';
import { Job } from '../services/job.svelte';
import type { Scope } from '../services/scope';
import { checkSamples } from '../audio/check';
import { decodeFile } from '../audio/decode';
import { AudioError } from '../audio/errors';
import type { Track } from '../audio/ab-player';
import { DEFAULT_CONTROLS, type ConvertProgress } from '../engine/types';
import { m } from '../text/messages';
import { TrackPlayer } from '../ui/track-player.svelte';
import { ShortRecording } from '../ui/short-recording.svelte';

const RECORD_SECONDS = 8;

/** Whose the recording is: the pupil's, or the app's, whose words `RecordBar.svelte` shows. */
export type Origin = 'own' | 'sample';

export interface Converted extends Track {
  voiceId: string;
  voiceName: string;
}

/** The recording that the lessons work on: the pupil's own, or the sample. It is not stored. */
export class Material {
  recording = $state.raw<(Track & { origin: Origin }) | null>(null);
  readonly job: Job;
  readonly microphone: ShortRecording;
  readonly player: TrackPlayer;

  constructor(
    readonly context: AppContext,
    readonly scope: Scope,
  ) {
    this.player = new TrackPlayer(scope);
    this.microphone = new ShortRecording(scope, context.notices, RECORD_SECONDS, (recorded) =>
      this.setRecording(recorded, 'own'),
    );
    this.job = new Job(scope, context.notices);
  }

  async openSample(): Promise<void> {
    await this.job.run(m.learn_opening_sample(), async () => {
      this.setRecording(await this.fetchClip('sample/sample.wav'), 'sample');
    });
  }

  /** Fetches and decodes a short recording of the app. */
  async fetchClip(path: string): Promise<Track> {
    const response = await fetch(path);
    if (!response.ok)
      throw new AudioError('unreadable', m.learn_error_clip({ status: String(response.status) }));
    return decodeFile(await response.blob(), path);
  }

  /** Converts to a voice, the first if `voiceId` is unknown, as a job. Null if it was cancelled or failed; errors are shown. */
  async convert(source: Track, voiceId: string, label: string): Promise<Converted | null> {
    const { converter } = this.context;
    const outcome = await this.job.run(label, async ({ signal, onProgress }) => {
      const { voices } = await converter.load();
      const voice = voices.find(({ id }) => id === voiceId) ?? voices[0]!;
      const { samples, sampleRateHz } = await converter.convert({
        samples: source.samples,
        sampleRateHz: source.sampleRateHz,
        voiceId: voice.id,
        controls: DEFAULT_CONTROLS,
        signal,
        onProgress: ({ secondsDone, secondsTotal, secondsLeft }: ConvertProgress) =>
          onProgress({ fraction: secondsDone / secondsTotal, secondsLeft }),
      });
      return { samples, sampleRateHz, voiceId: voice.id, voiceName: voice.name };
    });
    return outcome.state === 'done' ? outcome.value : null;
  }

  private setRecording({ samples, sampleRateHz }: Track, origin: Origin): void {
    try {
      for (const warning of checkSamples(samples, sampleRateHz)) this.context.notices.warn(warning);
      this.recording = { samples, sampleRateHz, origin };
      this.player.open(this.recording, undefined);
    } catch (error) {
      this.context.notices.fail(error);
    }
  }
}
