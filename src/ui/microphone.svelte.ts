import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { Recorder, type Level, type Recorded, type RecorderOptions } from '../audio/recorder';
import { SilenceWatch, type Silence } from './silence';

const SILENT: Level = { peak: 0, rms: 0, clipped: false };
const WATCH_MS = 250;

/** Why a recording ended without the user stopping it. */
export type End = Parameters<NonNullable<RecorderOptions['onEnd']>>[0];

/** State of the microphone for a page, one recording at a time. Errors are shown to the user. */
export class Microphone {
  state = $state<'idle' | 'starting' | 'recording'>('idle');
  level = $state.raw(SILENT);
  seconds = $state(0);
  /** Whether the microphone seems to be muted. */
  silence = $state<Silence>('none');
  protected recorder: Recorder | undefined;
  private watch: SilenceWatch | undefined;
  /** Largest magnitude since the watch was last told. */
  private peak = 0;

  constructor(
    protected readonly scope: Scope,
    protected readonly notices: Notices,
    private readonly longestSeconds?: number,
    /** See RecorderOptions. */
    private readonly isKept = true,
  ) {
    scope.own(() => this.recorder?.close());
    // By a timer: a microphone that is muted may also deliver nothing at all.
    scope.interval(() => this.watchSilence(), WATCH_MS);
  }

  /** An empty `deviceId` selects the default microphone. */
  async start(deviceId: string): Promise<void> {
    if (this.state !== 'idle') return;
    this.state = 'starting';
    this.seconds = 0;
    const recorder = new Recorder({
      ...(deviceId && { deviceId }),
      ...(this.longestSeconds !== undefined && { maxSeconds: this.longestSeconds }),
      isKept: this.isKept,
      onLevel: (level) => {
        this.level = level;
        this.peak = Math.max(this.peak, level.peak);
        this.seconds = Math.min(this.longestSeconds ?? Infinity, recorder.seconds);
        this.onLevel(level);
      },
      onSamples: (samples, sampleRateHz) => this.onSamples(samples, sampleRateHz),
      onEnd: (why) => this.onEnd(why),
    });
    this.recorder = recorder;
    try {
      await recorder.start();
      if (this.recorder !== recorder) {
        // Cancelled while the browser was asking the user for permission.
        recorder.close();
        return;
      }
      this.state = 'recording';
      this.watch = new SilenceWatch();
      this.onStart();
    } catch (error) {
      const isCancelled = this.recorder !== recorder;
      this.end(recorder);
      if (!isCancelled) this.notices.fail(error);
    }
  }

  /** Stops and returns the whole recording; undefined if none was running or stopping failed, which is shown. */
  async stop(): Promise<Recorded | undefined> {
    const { recorder } = this;
    if (!recorder || this.state !== 'recording') return undefined;
    this.state = 'idle';
    try {
      return await recorder.stop();
    } catch (error) {
      this.notices.fail(error);
      return undefined;
    } finally {
      this.end(recorder);
    }
  }

  /** Releases the microphone and discards the recording. */
  cancel(): void {
    if (this.recorder) this.end(this.recorder);
  }

  protected onStart(): void {}

  protected onLevel(_level: Level): void {}

  protected onSamples(_samples: Float32Array, _sampleRateHz: number): void {}

  protected onEnd(_why: End): void {}

  private watchSilence(): void {
    if (this.state === 'recording' && this.watch)
      this.silence = this.watch.push(this.peak, performance.now() / 1000);
    this.peak = 0;
  }

  private end(recorder: Recorder): void {
    recorder.close();
    if (this.recorder !== recorder) return;
    this.recorder = undefined;
    this.state = 'idle';
    this.level = SILENT;
    this.silence = 'none';
  }
}
