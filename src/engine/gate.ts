const SHUT_DB = -70;
const OPEN_DB = -64;
/** A gate that is open shuts this far below where it opens, so that it does not flutter. */
const HYSTERESIS_DB = 6;
const HOLD_FRAMES = 25;
const RELEASE_FRAMES = 10;

/**
 * How open the synthesis is, frame by frame: silence in, silence out.
 *
 * Without a threshold a function of the frame alone: 0 below -70 dB, 1 above -64 dB. With one, it also shuts
 * what the microphone hears between sentences: a quarter of a second after speech, over 100 ms.
 */
export class FrameGate {
  /** Input level in dBFS that counts as speech; null for no threshold. */
  thresholdDb: number | null = null;
  private held = 0;
  private opening = 1;

  /** `loudnessDb` of a frame after `gainDb` was added to the input -> 0..1. */
  next(loudnessDb: number, gainDb: number): number {
    const audible = Math.max(0, Math.min(1, (loudnessDb - SHUT_DB) / (OPEN_DB - SHUT_DB)));
    if (this.thresholdDb === null) {
      this.opening = 1;
      return audible;
    }
    const above = loudnessDb - gainDb - this.thresholdDb;
    if (above > 0 || (this.held > 0 && above > -HYSTERESIS_DB)) this.held = HOLD_FRAMES;
    else this.held = Math.max(0, this.held - 1);
    this.opening = this.held > 0 ? 1 : Math.max(0, this.opening - 1 / RELEASE_FRAMES);
    return audible * this.opening;
  }
}
