const WINDOW_SECONDS = 0.25;
/** Largest change of the speed, 7 cents: clocks that differ by up to 0.4 % are followed. */
const MAX_SHIFT = 0.004;
/** Change of the speed per millisecond of deviation from the target, less the dead band. */
const SHIFT_PER_MS = 0.0005;
const DEAD_BAND_MS = 1;
/** A larger surplus is cut out instead of played faster. */
const JUMP_MS = 30;
/** Each underrun raises the target by this much, up to a maximum. */
const RAISE_MS = 8;
const MAX_RAISE_MS = 40;
/** Half-life of the raised part of the target. */
const HALF_LIFE_SECONDS = 2;

/**
 * Keeps the playback queue at its target by playing up to 0.4 % faster or slower.
 *
 * It regulates the lowest level of the queue in windows of 0.25 s, which it reaches just before a block arrives. Every
 * underrun raises the target for a while.
 */
export class Servo {
  /** Factor on the playback speed, about 1. */
  speed = 1;
  private raiseMs = 0;
  private lowestMs = Infinity;
  private elapsedSeconds = 0;

  constructor(public marginMs: number) {}

  /** Target for the lowest level of the queue. */
  get targetMs(): number {
    return this.marginMs + this.raiseMs;
  }

  /** Starts a new window: the queue has been changed on purpose. */
  restart(): void {
    this.lowestMs = Infinity;
    this.elapsedSeconds = 0;
  }

  recordUnderrun(): void {
    this.raiseMs = Math.min(MAX_RAISE_MS, this.raiseMs + RAISE_MS);
    this.speed = 1;
    this.restart();
  }

  /** Takes the level of the queue after a block of `seconds`; returns the milliseconds to cut out, nearly always 0. */
  update(queueMs: number, seconds: number): number {
    this.lowestMs = Math.min(this.lowestMs, queueMs);
    this.elapsedSeconds += seconds;
    if (this.elapsedSeconds < WINDOW_SECONDS) return 0;
    const surplusMs = this.lowestMs - this.targetMs;
    this.raiseMs *= 2 ** (-this.elapsedSeconds / HALF_LIFE_SECONDS);
    if (this.raiseMs < 1) this.raiseMs = 0;
    this.restart();
    if (surplusMs > JUMP_MS) {
      this.speed = 1;
      return surplusMs;
    }
    const deviationMs = Math.sign(surplusMs) * Math.max(0, Math.abs(surplusMs) - DEAD_BAND_MS);
    const shift = Math.max(-MAX_SHIFT, Math.min(MAX_SHIFT, SHIFT_PER_MS * deviationMs));
    this.speed = 1 + shift;
    return 0;
  }
}
