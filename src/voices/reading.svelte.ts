import type { Level } from '../audio/recorder';
import { Microphone } from '../ui/microphone.svelte';

/** RMS of the loudest batch below which the speaker is too far away, full scale is 1. */
const QUIET_RMS = 0.05;
/** With the noise less than this below the speech, the voice sounds noisy. */
const MIN_RATIO_DB = 25;
/** Batches of samples from the recorder before the sound is assessed. */
const MIN_BATCHES = 30;

/** Records the user reading aloud and assesses the sound while they do. */
export class Reading extends Microphone {
  private hasClipped = false;
  private loudest = $state(0);
  private quietest = $state(1);
  private batches = 0;

  /** Message about level, clipping and noise during the recording. */
  get verdict(): string {
    if (this.hasClipped) return 'Too loud: move away from the microphone, then read this again.';
    if (this.batches < MIN_BATCHES) return 'Listening …';
    if (this.loudest < QUIET_RMS) return 'Very quiet: come closer to the microphone.';
    const ratioDb = 20 * Math.log10(this.loudest / Math.max(1e-5, this.quietest));
    return ratioDb < MIN_RATIO_DB ? 'It is noisy here: a quieter room makes a better voice.' : 'Sounds good.';
  }

  override async start(deviceId: string): Promise<void> {
    if (this.state !== 'idle') return;
    Object.assign(this, { hasClipped: false, loudest: 0, quietest: 1, batches: 0 });
    await super.start(deviceId);
  }

  protected override onLevel(level: Level): void {
    this.hasClipped ||= level.clipped;
    this.batches++;
    this.loudest = Math.max(this.loudest, level.rms);
    if (level.rms > 0) this.quietest = Math.min(this.quietest, level.rms);
  }
}
