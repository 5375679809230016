import type { Notices } from '../app/notices.svelte';
import type { Scope } from '../app/scope';
import { Recorder, type Recorded } from '../audio/recorder';

/** A few seconds from the microphone, ended by the user or at its end. */
export class ShortRecording {
  state = $state<'idle' | 'starting' | 'recording'>('idle');
  seconds = $state(0);
  level = $state.raw({ peak: 0, rms: 0, clipped: false });
  private recorder: Recorder | undefined;

  constructor(
    scope: Scope,
    private readonly notices: Notices,
    readonly maxSeconds: number,
    private readonly onDone: (recorded: Recorded) => void,
  ) {
    scope.own(() => this.recorder?.close());
  }

  async start(deviceId: string): Promise<void> {
    if (this.state !== 'idle') return;
    this.state = 'starting';
    this.seconds = 0;
    const recorder = new Recorder({
      ...(deviceId && { deviceId }),
      maxSeconds: this.maxSeconds,
      onLevel: (level) => {
        this.level = level;
        this.seconds = Math.min(this.maxSeconds, recorder.seconds);
      },
      onEnd: () => void this.stop(),
    });
    this.recorder = recorder;
    try {
      await recorder.start();
      this.state = 'recording';
    } catch (error) {
      this.cancel();
      this.notices.fail(error);
    }
  }

  /** Ends it early or at its end; what was heard is handed on. */
  async stop(): Promise<void> {
    const { recorder } = this;
    if (!recorder || this.state !== 'recording') return;
    this.state = 'idle';
    try {
      this.onDone(await recorder.stop());
    } catch (error) {
      this.notices.fail(error);
    } finally {
      this.cancel();
    }
  }

  /** Lets go of the microphone; what was heard is dropped. */
  cancel(): void {
    this.recorder?.close();
    this.recorder = undefined;
    this.state = 'idle';
  }
}
