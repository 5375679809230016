import { m } from '../text/messages';
import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { Recorder, type Level, type Recorded } from '../audio/recorder';
import { Draft } from '../store/drafts';
import { laterSoundNotStored } from '../ui/draft-warning';
import { nowInWords } from '../text/format';
import { Microphone, type End } from '../ui/microphone.svelte';

export type { Recorded };

/** The microphone of the studio. Every recording is written to the store while it is made, and passed to `onDone`, whatever ended it. */
export class Recording extends Microphone {
  /** Whether any part of this recording clipped. */
  hasClipped = $state(false);
  devices = $state.raw<{ deviceId: string; label: string }[]>([]);
  private draft: Draft | undefined;

  constructor(
    scope: Scope,
    notices: Notices,
    private readonly onDone: (recorded: Recorded, draft: Draft | undefined) => void,
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
    // Browsers reveal the labels only after the user has allowed a microphone.
    void this.listDevices();
  }

  override async stop(): Promise<Recorded | undefined> {
    const recorded = await super.stop();
    const { draft } = this;
    this.draft = undefined;
    if (recorded) this.onDone(recorded, draft);
    return recorded;
  }

  protected override onSamples(samples: Float32Array, sampleRateHz: number): void {
    this.draft ??= new Draft({ name: recordingName(), sampleRateHz }, (storedSeconds) =>
      this.notices.warn(() => laterSoundNotStored('recording', storedSeconds)),
    );
    this.draft.append(samples);
  }

  protected override onLevel({ clipped }: Level): void {
    this.hasClipped ||= clipped;
  }

  protected override onEnd(why: End): void {
    this.notices.warn(why === 'ceiling' ? m.studio_recording_ceiling : m.studio_recording_lost);
    void this.stop();
  }

  private async listDevices(): Promise<void> {
    const devices = await Recorder.devices().catch(() => []);
    if (!this.scope.isEnded) this.devices = devices;
  }
}

/** "Recording, 3 May 2026, 14:05". */
export function recordingName(): string {
  return m.studio_recording_name({ time: nowInWords() });
}
