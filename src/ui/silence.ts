import { ALMOST_SILENT_PEAK } from '../audio/check';

/** How little arrives from a microphone: exact or almost exact zeros, or no more than the noise of an input without a signal. */
export type Silence = 'none' | 'digital' | 'almost';

/** Peak (-80 dBFS) below which a converter delivers nothing but its last bits. */
const DIGITAL_PEAK = 1e-4;
const PATIENCE_SECONDS = 2;
/** Once something was heard, quiet may be a pause of the speaker. */
const PAUSE_SECONDS = 8;

/** Notices within three seconds that a microphone delivers no sound. */
export class SilenceWatch {
  private soundAt: number | undefined;
  private loudAt: number | undefined;
  private hasHeard = false;

  /** Takes the largest magnitude since the last call, at an increasing time in seconds. */
  push(peak: number, atSeconds: number): Silence {
    this.soundAt ??= atSeconds;
    this.loudAt ??= atSeconds;
    if (peak >= DIGITAL_PEAK) this.soundAt = atSeconds;
    if (peak >= ALMOST_SILENT_PEAK) {
      this.loudAt = atSeconds;
      this.hasHeard = true;
    }
    if (atSeconds - this.soundAt >= PATIENCE_SECONDS) return 'digital';
    const patience = this.hasHeard ? PAUSE_SECONDS : PATIENCE_SECONDS;
    return atSeconds - this.loudAt >= patience ? 'almost' : 'none';
  }
}
