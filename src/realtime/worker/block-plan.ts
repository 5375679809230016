import { CODES_PER_SECOND } from '../../engine/shapes';

/** Block sizes in content codes of 20 ms, from the least delay to the least computing time per second of speech. */
export const BLOCK_STEPS = [1, 2, 3, 5] as const;
/** Load above which blocks grow. */
const HIGH_LOAD = 0.75;
/** Load below which blocks shrink, once it has lasted `CALM_SECONDS`. */
const LOW_LOAD = 0.45;
const CALM_SECONDS = 1.2;
/** Time constant of the averaged load. */
const LOAD_SECONDS = 0.3;

/**
 * Chooses the block size: the smallest allowed while the device keeps up, larger blocks, which cost less per second of
 * speech, before it falls behind, and smaller ones again when the load has been low for 1.2 s.
 */
export class BlockPlan {
  /** Computing time over duration of the blocks, averaged over 0.3 s. */
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

  setLeast(leastCodes: number): void {
    this.least = stepOf(leastCodes);
    this.step = Math.max(this.step, this.least);
    this.calmSeconds = 0;
  }

  /** Updates the plan after a block of `seconds` that took `workSeconds`, with `behindSeconds` of input left waiting. */
  update(seconds: number, workSeconds: number, behindSeconds: number): void {
    const share = Math.min(1, seconds / LOAD_SECONDS);
    this.load += share * (workSeconds / seconds - this.load);
    if (this.load > HIGH_LOAD || behindSeconds > 1.5 * Math.max(seconds, this.codes / CODES_PER_SECOND)) {
      this.calmSeconds = 0;
      if (this.step < BLOCK_STEPS.length - 1) {
        this.step++;
        // The load with larger blocks is not known yet.
        this.load = Math.min(this.load, LOW_LOAD);
      }
      return;
    }
    this.calmSeconds = this.load < LOW_LOAD ? this.calmSeconds + seconds : 0;
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
