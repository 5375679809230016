const WINDOW_SECONDS = 0.25;
/** A pitch change of a third of a quarter tone at most: a clock that is off by 0.4 % is followed. */
const MAX_SHIFT = 0.004;
/** Change of speed for every millisecond the queue is off, beyond what it may be. */
const SHIFT_PER_MS = 0.0005;
const FREE_MS = 1;
/** More than this is not drifted back but left out. */
const JUMP_MS = 30;
const RAISE_MS = 8;
const MAX_RAISE_MS = 40;
/** What underruns have taught is forgotten by half in this time. */
const HALF_LIFE_SECONDS = 2;

/**
 * Keeps the queue before the speakers at its target by playing a little faster or slower.
 *
 * What counts is how low the queue gets within a quarter of a second: just before a block arrives. Every underrun
 * raises the target for a while.
 */
export class Servo {
  /** Factor on the speed of playing, about 1. */
  speed = 1;
  private raiseMs = 0;
  private lowestMs = Infinity;
  private elapsedSeconds = 0;

  constructor(public marginMs: number) {}

  /** How low the queue may get. */
  get targetMs(): number {
    return this.marginMs + this.raiseMs;
  }

  /** Forgets what was measured: the queue has been changed on purpose. */
  restart(): void {
    this.lowestMs = Infinity;
    this.elapsedSeconds = 0;
  }

  underran(): void {
    this.raiseMs = Math.min(MAX_RAISE_MS, this.raiseMs + RAISE_MS);
    this.speed = 1;
    this.restart();
  }

  /** Takes note of the queue after a block of `seconds`; returns the milliseconds to leave out, nearly always 0. */
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
    const beyondMs = Math.sign(surplusMs) * Math.max(0, Math.abs(surplusMs) - FREE_MS);
    const shift = Math.max(-MAX_SHIFT, Math.min(MAX_SHIFT, SHIFT_PER_MS * beyondMs));
    this.speed = 1 + shift;
    return 0;
  }
}
