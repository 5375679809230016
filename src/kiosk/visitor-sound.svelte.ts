import { GrowingPlayer } from '../audio/growing-player';
import type { Side } from '../audio/ab-player';
import { resampleInChunks } from '../dsp/resample';
import { SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { nextTask } from '../dsp/task';
import { DEFAULT_CONTROLS, type Sound } from '../engine/types';
import { download } from '../export/deliver';
import { exportTake, MARK_VERSION } from '../export/export';
import { markId24 } from '../export/mark-id';
import type { ConversionClient } from '../services/conversion-client.svelte';
import type { SpareDetector } from '../services/detection-client';
import type { Scope } from '../services/scope';
import { peaksOf } from '../ui/pictures/spectrogram';
import type { Detection } from '../watermark';
import type { OfferedVoice } from './exhibit-voices';
import type { Spoken } from './kiosk-microphone.svelte';
import { MarkedStream } from './marked-stream';

/** Columns of the pictures of sound. */
export const COLUMNS = 120;

/** The conversion that is played. Callbacks of workers hold it, so that it, and not they, lets go of the samples. */
interface Made {
  stream: MarkedStream;
  controller: AbortController;
  received: number;
  /** The samples as converted, kept for a file. */
  converted: Float32Array;
  /** Called with the number of samples received. */
  onReceived: (received: number) => void;
}

/** Everything of one visitor that holds samples. All of it is overwritten when the visit's scope ends. */
export class VisitorSound {
  /** Peaks of what the visitor said, and of its conversion as far as it is made, [COLUMNS]; empty before. */
  yours = $state.raw<Float32Array>(new Float32Array(0));
  theirs = $state.raw<Float32Array>(new Float32Array(0));
  /** Length of the take, and where it is played, in seconds. */
  duration = $state(0);
  seconds = $state(0);
  isPlaying = $state(false);
  side = $state<Side>('b');
  /** How voices sound that have the sound of a recording too. */
  heardAs = $state<Sound>('room');
  /** Whether all of it is converted, and whether the recording before can be heard in its place. */
  isComplete = $state(false);
  canCompare = $state(false);
  /** Share of the conversion that is done, 0..1. */
  progress = $state(0);
  detection = $state.raw<Detection | null>(null);
  private spoken: Spoken | null = null;
  private made: Made | null = null;
  private readonly player: GrowingPlayer;
  private stopFrames: () => void = () => undefined;

  constructor(
    private readonly scope: Scope,
    private readonly converter: ConversionClient,
    private readonly detector: SpareDetector,
    private readonly options: { volume: number; keepsConverted: boolean },
  ) {
    this.player = new GrowingPlayer(SYNTHESIS_RATE_HZ, () => {
      this.setPlaying(false);
      this.seconds = 0;
    });
    this.player.volume = options.volume;
    scope.own(() => this.erase());
  }

  get hasSpoken(): boolean {
    return this.spoken !== null;
  }

  set volume(volume: number) {
    this.player.volume = volume;
  }

  /** Starts the sound device while the visitor still speaks. */
  async wake(): Promise<void> {
    await this.player.wake();
  }

  /** See GrowingPlayer. */
  get clockSeconds(): number | null {
    return this.player.clockSeconds;
  }

  /** Opens the sound device anew and plays on. Rejects with AudioError `no-output`. */
  async revive(): Promise<void> {
    await this.player.revive();
    this.setPlaying(this.player.isPlaying);
  }

  /** What the visitor said last; what was made of it before is forgotten. */
  keep(spoken: Spoken): void {
    this.forgetMade();
    this.spoken?.samples.fill(0);
    this.spoken = spoken;
    this.yours = peaksOf(spoken.samples, COLUMNS);
    this.duration = spoken.seconds;
  }

  /**
   * Converts what was said and plays it, after `notice` at 24 kHz, from the first samples on; `onSounds` is called when it begins to sound. Resolves when all of
   * it is made. Rejects with the errors of the converter, or AudioError `no-output`; with AbortError where another conversion has begun
   * or the visit has ended.
   */
  async convert(voice: OfferedVoice, notice: Float32Array | undefined, onSounds: () => void): Promise<void> {
    this.forgetMade();
    const { spoken } = this;
    if (!spoken) return;
    const payload = { version: MARK_VERSION, id24: markId24(voice.id, voice.consent) };
    const made: Made = {
      stream: new MarkedStream(payload),
      controller: new AbortController(),
      received: 0,
      converted: new Float32Array(0),
      onReceived: () => undefined,
    };
    this.made = made;
    const { signal } = made.controller;
    const isNoticeOver = notice ? this.player.playFirst(notice) : Promise.resolve();
    // It is awaited by `start`.
    isNoticeOver.catch(() => undefined);
    let starting: Promise<void> | undefined;
    const start = async () => {
      await isNoticeOver;
      signal.throwIfAborted();
      await this.player.play();
      signal.throwIfAborted();
      this.setPlaying(true);
      onSounds();
    };
    const { sampleRateHz, profile, judged } = spoken;
    const converting = this.converter.convert({
      samples: spoken.samples,
      sampleRateHz,
      voiceId: voice.id,
      controls: { ...DEFAULT_CONTROLS, sound: this.heardAs },
      ear: 'auto',
      profile,
      judged,
      signal,
      onProgress: ({ secondsDone, secondsTotal }) => (this.progress = secondsDone / secondsTotal),
      onSamples: (samples, at) => {
        if (this.made !== made) return;
        this.append(made, made.stream.push(samples, at));
        made.received = Math.max(made.received, at + samples.length);
        made.onReceived(made.received);
        starting ??= start();
        // It is awaited below.
        starting.catch(() => undefined);
      },
    });
    const result = await converting;
    const total = result.samples.length;
    if (this.options.keepsConverted && this.made === made) made.converted = result.samples;
    else result.samples.fill(0);
    // Samples and result come through different ports, in any order.
    await new Promise<void>((resolve, reject) => {
      made.onReceived = (received) => received >= total && resolve();
      made.onReceived(made.received);
      this.scope.on(signal, 'abort', () => reject(signal.reason as Error));
    });
    this.append(made, made.stream.end());
    this.player.complete();
    await (starting ?? start());
    await this.prepareBefore(made, spoken);
    signal.throwIfAborted();
    this.isComplete = true;
  }

  async togglePlaying(): Promise<void> {
    if (this.isPlaying) return this.pause();
    await this.player.play();
    this.setPlaying(this.player.isPlaying);
  }

  /** Silence, for whoever leaves the screen. */
  pause(): void {
    this.player.pause();
    this.setPlaying(false);
  }

  /** As `pause`; a conversion that is not complete is ended, so that it does not begin to sound on another screen. */
  interrupt(): void {
    if (this.isComplete) this.pause();
    else this.forgetMade();
  }

  choose(side: Side): void {
    this.side = side;
    this.player.choose(side);
  }

  /** Looks for the mark in exactly the samples that were played. */
  async findMark(onProgress: (fraction: number) => void): Promise<void> {
    const { made } = this;
    if (!made) return;
    const found = await this.detector.detect(
      made.stream.whole(),
      SYNTHESIS_RATE_HZ,
      onProgress,
      made.controller.signal,
    );
    if (this.made === made) this.detection = found;
  }

  /** Downloads the conversion as a marked WAV file. Rejects with ExportError or ConsentError. */
  async save({ id, consent, summary: { name, data } }: OfferedVoice): Promise<void> {
    const { made } = this;
    if (!made) return;
    const file = await exportTake(
      made.converted,
      SYNTHESIS_RATE_HZ,
      'wav',
      { voiceId: id, voiceName: name, consent, voiceData: data, voice: { consent, data } },
      { signal: made.controller.signal },
    );
    download(file, this.scope);
  }

  private append({ stream }: Made, part: Float32Array): void {
    this.player.append(part);
    const columns = Math.round((COLUMNS * this.player.duration) / this.duration);
    const whole = stream.whole();
    const peaks = new Float32Array(COLUMNS);
    peaks.set(peaksOf(whole, Math.min(COLUMNS, columns)));
    whole.fill(0);
    this.theirs = peaks;
  }

  private async prepareBefore(made: Made, { samples, sampleRateHz }: Spoken): Promise<void> {
    const before = await resampleInChunks(samples, sampleRateHz, SYNTHESIS_RATE_HZ, nextTask);
    if (this.made === made) {
      this.player.setBefore(before);
      this.canCompare = true;
    }
    before.fill(0);
  }

  private setPlaying(isPlaying: boolean): void {
    this.isPlaying = isPlaying;
    this.stopFrames();
    if (isPlaying) this.stopFrames = this.scope.frames(() => (this.seconds = this.player.seconds));
  }

  private forgetMade(): void {
    const { made } = this;
    this.made = null;
    this.setPlaying(false);
    made?.controller.abort();
    this.player.clear();
    made?.stream.erase();
    made?.converted.fill(0);
    this.theirs = new Float32Array(0);
    this.isComplete = this.canCompare = false;
    this.progress = this.seconds = 0;
    this.side = 'b';
    this.detection = null;
  }

  private erase(): void {
    this.forgetMade();
    this.player.close();
    this.spoken?.samples.fill(0);
    this.spoken = null;
    this.yours = new Float32Array(0);
    this.duration = 0;
  }
}
