import type { Level } from '../audio/recorder';
import { Microphone } from '../ui/microphone.svelte';

const QUIET_PEAK = 0.05;
/** Noise nearer to the speech than this is heard in the voice. */
const MIN_RATIO_DB = 25;
const MIN_BATCHES = 30;

/** Somebody reads aloud: the microphone, and what is thought of the sound while they do. */
export class Reading extends Microphone {
  private hasClipped = false;
  private loudest = $state(0);
  private quietest = $state(1);
  private batches = 0;

  /** Level, clipping and noise in words, while it is being recorded. */
  get verdict(): string {
    if (this.hasClipped) return 'Too loud: move away from the microphone, then read this again.';
    if (this.batches < MIN_BATCHES) return 'Listening …';
    if (this.loudest < QUIET_PEAK) return 'Very quiet: come closer to the microphone.';
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
