import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { Recorder, type Level, type Recorded, type RecorderOptions } from '../audio/recorder';

const SILENT: Level = { peak: 0, rms: 0, clipped: false };

/** Why a recording ended without the user stopping it. */
export type End = Parameters<NonNullable<RecorderOptions['onEnd']>>[0];

/** State of the microphone for a page, one recording at a time. Errors are shown to the user. */
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

  /** An empty `deviceId` selects the default microphone. */
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
        // Cancelled while the browser was asking the user for permission.
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

  protected onEnd(_why: End): void {}

  private end(recorder: Recorder): void {
    recorder.close();
    if (this.recorder !== recorder) return;
    this.recorder = undefined;
    this.state = 'idle';
    this.level = SILENT;
  }
}
