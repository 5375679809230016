import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { Recorder, type Level, type Recorded, type RecorderOptions } from '../audio/recorder';

const SILENT: Level = { peak: 0, rms: 0, clipped: false };

/** Why a recording ended by itself. */
export type End = Parameters<NonNullable<RecorderOptions['onEnd']>>[0];

/** The microphone as a page shows it, one recording at a time. What fails is told to the user. */
export class Microphone {
  state = $state<'idle' | 'starting' | 'recording'>('idle');
  level = $state.raw(SILENT);
  seconds = $state(0);
  private recorder: Recorder | undefined;

  constructor(
    scope: Scope,
    protected readonly notices: Notices,
    private readonly longestSeconds?: number,
  ) {
    scope.own(() => this.recorder?.close());
  }

  /** An empty `deviceId` is any microphone. */
  async start(deviceId: string): Promise<void> {
    if (this.state !== 'idle') return;
    this.state = 'starting';
    this.seconds = 0;
    const recorder = new Recorder({
      ...(deviceId && { deviceId }),
      ...(this.longestSeconds !== undefined && { maxSeconds: this.longestSeconds }),
      onLevel: (level) => {
        this.level = level;
        this.seconds = Math.min(this.longestSeconds ?? Infinity, recorder.seconds);
        this.onLevel(level);
      },
      onEnd: (why) => this.onEnd(why),
    });
    this.recorder = recorder;
    try {
      await recorder.start();
      if (this.recorder !== recorder) {
        // Cancelled while the user was asked for leave.
        recorder.close();
        return;
      }
      this.state = 'recording';
      this.onStart();
    } catch (error) {
      this.end(recorder);
      this.notices.fail(error);
    }
  }

  /** All of it; undefined where there was nothing to stop, or it failed, which has been told. */
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

  /** Lets go of the microphone; what was heard is dropped. */
  cancel(): void {
    if (this.recorder) this.end(this.recorder);
  }

  protected onStart(): void {}

  protected onLevel(_level: Level): void {}

  protected onEnd(_why: End): void {}

  private end(recorder: Recorder): void {
    recorder.close();
    if (this.recorder !== recorder) return;
    this.recorder = undefined;
    this.state = 'idle';
    this.level = SILENT;
  }
}
