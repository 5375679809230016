import type { ConvertProgress } from './types';

/** Reports one progress over the parts of a conversion: it never goes back, and estimates the time left from the work done. */
export class TakeProgress {
  private readonly startedMs = performance.now();
  private done = 0;
  /** Work of the parts that `part` has begun. */
  private begun = 0;

  /** `work`: of all parts together, in units of the caller. */
  constructor(
    private readonly seconds: number,
    private readonly work: number,
    private readonly onProgress: ((progress: ConvertProgress) => void) | undefined,
  ) {}

  /** Begins the next part, of this much work, by default all that is left; returns what reports the share of it that is done, 0..1. */
  part(work = this.work - this.begun): (share: number) => void {
    const from = this.begun;
    this.begun += work;
    return (share) => this.report(from + share * work);
  }

  /** `done`: work done since the start. */
  private report(done: number): void {
    this.done = Math.max(this.done, Math.min(this.work, done));
    const elapsed = (performance.now() - this.startedMs) / 1000;
    this.onProgress?.({
      secondsDone: (this.done / this.work) * this.seconds,
      secondsTotal: this.seconds,
      secondsLeft: this.done > 0 ? (elapsed / this.done) * (this.work - this.done) : 0,
    });
  }
}
