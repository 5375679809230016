import type { Notices } from '../app/notices.svelte';
import type { Scope } from '../app/scope';
import { Recorder, type Recorded } from '../audio/recorder';

export const LISTEN_SECONDS = 10;

/** Ten seconds from the microphone, held up to whatever is to be examined. */
export class OverTheAir {
  state = $state<'idle' | 'starting' | 'listening'>('idle');
  seconds = $state(0);
  level = $state.raw({ peak: 0, rms: 0, clipped: false });
  private recorder: Recorder | undefined;

  constructor(
    scope: Scope,
    private readonly notices: Notices,
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
      maxSeconds: LISTEN_SECONDS,
      onLevel: (level) => {
        this.level = level;
        this.seconds = Math.min(LISTEN_SECONDS, recorder.seconds);
      },
      onEnd: () => void this.stop(),
    });
    this.recorder = recorder;
    try {
      await recorder.start();
      this.state = 'listening';
    } catch (error) {
      this.cancel();
      this.notices.fail(error);
    }
  }

  /** Ends it early or at its end; what was heard is handed on. */
  async stop(): Promise<void> {
    const { recorder } = this;
    if (!recorder || this.state !== 'listening') return;
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
