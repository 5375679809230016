import { CODES_PER_SECOND } from '../../engine/shapes';

/** Content codes of 20 ms to a block: the steps between least delay and least work. */
export const BLOCK_STEPS = [1, 2, 3, 5] as const;
const BUSY = 0.75;
/** A step down in size must leave this much room. */
const IDLE = 0.45;
const CALM_SECONDS = 1.2;
const MEMORY_SECONDS = 0.3;

/**
 * Chooses the size of the blocks: the smallest asked for while this device keeps up, larger ones, which cost
 * less work per second, before it falls behind, and back when it has been calm for a while.
 */
export class BlockPlan {
  /** Share of the time that the work takes, averaged over 0.3 s. */
  load = 0;
  private step: number;
  private least: number;
  private calmSeconds = 0;

  constructor(leastCodes: number) {
    this.least = this.step = stepOf(leastCodes);
  }

  get codes(): number {
    return BLOCK_STEPS[this.step]!;
  }

  /** Asks for another smallest block. */
  ask(leastCodes: number): void {
    this.least = stepOf(leastCodes);
    this.step = Math.max(this.step, this.least);
    this.calmSeconds = 0;
  }

  /** Takes note of a block of `seconds` that took `workSeconds`, with `behindSeconds` of input waiting after it. */
  note(seconds: number, workSeconds: number, behindSeconds: number): void {
    const share = Math.min(1, seconds / MEMORY_SECONDS);
    this.load += share * (workSeconds / seconds - this.load);
    if (this.load > BUSY || behindSeconds > 1.5 * Math.max(seconds, this.codes / CODES_PER_SECOND)) {
      this.calmSeconds = 0;
      if (this.step < BLOCK_STEPS.length - 1) {
        this.step++;
        // The work of a larger block is yet to be seen.
        this.load = Math.min(this.load, IDLE);
      }
      return;
    }
    this.calmSeconds = this.load < IDLE ? this.calmSeconds + seconds : 0;
    if (this.calmSeconds >= CALM_SECONDS && this.step > this.least) {
      this.step--;
      this.calmSeconds = 0;
    }
  }
}

function stepOf(codes: number): number {
  const step = BLOCK_STEPS.findIndex((each) => each >= codes);
  return step < 0 ? BLOCK_STEPS.length - 1 : step;
}
