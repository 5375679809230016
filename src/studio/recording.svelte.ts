import type { Notices } from '../app/notices.svelte';
import type { Scope } from '../app/scope';
import { Recorder, type Recorded } from '../audio/recorder';

export type { Recorded };

/** The microphone as the page shows it. Whatever ends a recording, what was recorded is handed on. */
export class Recording {
  state = $state<'idle' | 'starting' | 'recording'>('idle');
  level = $state.raw({ peak: 0, rms: 0, clipped: false });
  /** Whether any of this recording was too loud. */
  hasClipped = $state(false);
  seconds = $state(0);
  devices = $state.raw<{ deviceId: string; label: string }[]>([]);
  private recorder: Recorder | undefined;

  constructor(
    private readonly scope: Scope,
    private readonly notices: Notices,
    private readonly onDone: (recorded: Recorded) => void,
  ) {
    scope.own(() => this.recorder?.close());
    void this.listDevices();
    const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
    if (mediaDevices) scope.on(mediaDevices, 'devicechange', () => void this.listDevices());
  }

  async start(deviceId: string): Promise<void> {
    if (this.state !== 'idle') return;
    this.state = 'starting';
    this.hasClipped = false;
    this.seconds = 0;
    const recorder = new Recorder({
      ...(this.devices.some((device) => device.deviceId === deviceId) && { deviceId }),
      onLevel: (level) => {
        this.level = level;
        this.hasClipped ||= level.clipped;
        this.seconds = recorder.seconds;
      },
      onEnd: (why) => {
        this.notices.warn(
          why === 'ceiling'
            ? 'Ten minutes is the longest a recording can be, so it was stopped. All of it is kept below.'
            : 'The microphone was unplugged or taken by another program. What was recorded until then is kept below. Plug it in or choose another one to record again.',
        );
        void this.stop();
      },
    });
    this.recorder = recorder;
    try {
      await recorder.start();
      this.state = 'recording';
      // Labels are told only once the microphone is allowed.
      void this.listDevices();
    } catch (error) {
      this.end();
      this.notices.fail(error);
    }
  }

  async stop(): Promise<void> {
    const { recorder } = this;
    if (!recorder || this.state !== 'recording') return;
    this.state = 'idle';
    try {
      const recorded = await recorder.stop();
      this.onDone(recorded);
    } catch (error) {
      this.notices.fail(error);
    } finally {
      this.end();
    }
  }

  private end(): void {
    this.recorder?.close();
    this.recorder = undefined;
    this.state = 'idle';
    this.level = { peak: 0, rms: 0, clipped: false };
  }

  private async listDevices(): Promise<void> {
    const devices = await Recorder.devices().catch(() => []);
    if (!this.scope.isEnded) this.devices = devices;
  }
}
