import type { AppContext } from '../services/context';
import type { Scope } from '../services/scope';
import { checkSamples } from '../audio/check';
import { decodeFile } from '../audio/decode';
import type { Track } from '../audio/ab-player';
import { DEFAULT_CONTROLS, type ConvertProgress } from '../engine/types';
import { TrackPlayer } from '../ui/track-player.svelte';
import { ShortRecording } from '../ui/short-recording.svelte';

const RECORD_SECONDS = 8;

export interface Converted extends Track {
  voiceId: string;
  voiceName: string;
}

export interface Busy {
  label: string;
  fraction: number | null;
  secondsLeft: number | null;
  controller: AbortController;
}

/** The recording that the lessons work on: the pupil's own, or the sample. It stays in the page and is not kept. */
export class Material {
  recording = $state.raw<(Track & { name: string }) | null>(null);
  busy = $state.raw<Busy | null>(null);
  readonly microphone: ShortRecording;
  readonly player: TrackPlayer;

  constructor(
    readonly context: AppContext,
    readonly scope: Scope,
  ) {
    this.player = new TrackPlayer(scope);
    this.microphone = new ShortRecording(scope, context.notices, RECORD_SECONDS, (recorded) =>
      this.take(recorded, 'Your recording'),
    );
    scope.own(() => this.busy?.controller.abort());
  }

  async openSample(): Promise<void> {
    await this.work('Opening the sample', async () => {
      this.take(await this.fetchClip('sample/sample.wav'), 'The sample');
    });
  }

  /** A short recording that comes with the app. */
  async fetchClip(path: string): Promise<Track> {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
    return decodeFile(await response.blob(), path);
  }

  /** Converts to a built-in voice, with progress; null when cancelled or failed, which has been shown then. */
  async convert(source: Track, voiceId: string, label: string): Promise<Converted | null> {
    const { converter } = this.context;
    return this.work(label, async (controller, report) => {
      const { voices } = await converter.load();
      const voice = voices.find(({ id }) => id === voiceId) ?? voices[0]!;
      const { samples, sampleRateHz } = await converter.convert({
        samples: source.samples,
        sampleRateHz: source.sampleRateHz,
        voiceId: voice.id,
        controls: DEFAULT_CONTROLS,
        signal: controller.signal,
        onProgress: ({ secondsDone, secondsTotal, secondsLeft }: ConvertProgress) =>
          report(secondsDone / secondsTotal, secondsLeft),
      });
      return { samples, sampleRateHz, voiceId: voice.id, voiceName: voice.name };
    });
  }

  /** One thing at a time, with a way out; errors end up with the notices. */
  async work<T>(
    label: string,
    task: (
      controller: AbortController,
      report: (fraction: number | null, secondsLeft: number | null) => void,
    ) => Promise<T>,
  ): Promise<T | null> {
    if (this.busy) return null;
    const controller = new AbortController();
    let isOver = false;
    // A worker calls it, is sent what it returns, and may do so after its answer.
    const report = (fraction: number | null, secondsLeft: number | null) => {
      if (!isOver) this.busy = { label, fraction, secondsLeft, controller };
    };
    this.context.notices.clear();
    report(null, null);
    try {
      return await task(controller, report);
    } catch (error) {
      this.context.notices.fail(error);
      return null;
    } finally {
      isOver = true;
      this.busy = null;
    }
  }

  private take({ samples, sampleRateHz }: Track, name: string): void {
    try {
      for (const warning of checkSamples(samples, sampleRateHz)) this.context.notices.warn(warning);
      this.recording = { samples, sampleRateHz, name };
      this.player.open(this.recording, undefined);
    } catch (error) {
      this.context.notices.fail(error);
    }
  }
}
