import type { DeviceDelay } from '../realtime/session/delay';
import { measureLoopback } from '../realtime/session/loopback';

/** What was chosen and what is there, by which a change is noticed. */
export interface DeviceChoice {
  deviceId: string;
  outputId: string;
  /** Microphones and speakers of this device; the default ones name the group that they stand for. */
  devices: readonly object[];
}

/** The delay of microphone and speakers as measured with a chirp. It holds until either of them changes. */
export class DeviceMeasurement {
  /** `changed`: there was one, but microphone or speakers have changed since. `ms` is null where the chirp was not detected. */
  result = $state.raw<{ ms: number | null } | 'measuring' | 'changed' | null>(null);
  private measuredWith = '';

  /** `choice` is read again when done, because browsers name the devices only after the user has allowed a microphone. */
  async measure(choice: () => Promise<DeviceChoice>): Promise<void> {
    this.result = 'measuring';
    try {
      const { deviceId, outputId } = await choice();
      const ms = await measureLoopback(deviceId, outputId);
      const after = await choice();
      const isSame = after.deviceId === deviceId && after.outputId === outputId;
      this.measuredWith = JSON.stringify(after);
      this.result = isSame ? { ms } : 'changed';
    } catch (error) {
      this.result = null;
      throw error;
    }
  }

  /** Drops the measurement if it was made with others. */
  check(choice: DeviceChoice): void {
    if (JSON.stringify(choice) !== this.measuredWith) this.drop();
  }

  drop(): void {
    if (this.result !== null && this.result !== 'measuring') this.result = 'changed';
  }

  /** The measurement, or else what the browser reports. */
  delay(captureMs: number, playbackMs: number): DeviceDelay {
    const { result } = this;
    const ms = result !== null && typeof result === 'object' ? result.ms : null;
    return ms === null ? { captureMs, playbackMs } : { measuredMs: ms };
  }
}
