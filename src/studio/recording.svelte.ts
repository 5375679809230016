import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { Recorder, type Level, type Recorded } from '../audio/recorder';
import { Microphone, type End } from '../ui/microphone.svelte';

export type { Recorded };

/** The microphone of the studio. Whatever ends a recording, what was recorded is handed on. */
export class Recording extends Microphone {
  /** Whether any of this recording was too loud. */
  hasClipped = $state(false);
  devices = $state.raw<{ deviceId: string; label: string }[]>([]);

  constructor(
    private readonly scope: Scope,
    notices: Notices,
    private readonly onDone: (recorded: Recorded) => void,
  ) {
    super(scope, notices);
    void this.listDevices();
    const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
    if (mediaDevices) scope.on(mediaDevices, 'devicechange', () => void this.listDevices());
  }

  override async start(deviceId: string): Promise<void> {
    if (this.state !== 'idle') return;
    this.hasClipped = false;
    await super.start(this.devices.some((device) => device.deviceId === deviceId) ? deviceId : '');
  }

  protected override onStart(): void {
    // Labels are told only once the microphone is allowed.
    void this.listDevices();
  }

  override async stop(): Promise<Recorded | undefined> {
    const recorded = await super.stop();
    if (recorded) this.onDone(recorded);
    return recorded;
  }

  protected override onLevel({ clipped }: Level): void {
    this.hasClipped ||= clipped;
  }

  protected override onEnd(why: End): void {
    this.notices.warn(
      why === 'ceiling'
        ? 'Ten minutes is the longest a recording can be, so it was stopped. All of it is kept below.'
        : 'The microphone was unplugged or taken by another program. What was recorded until then is kept below. Plug it in or choose another one to record again.',
    );
    void this.stop();
  }

  private async listDevices(): Promise<void> {
    const devices = await Recorder.devices().catch(() => []);
    if (!this.scope.isEnded) this.devices = devices;
  }
}
