import type { ConvertProgress } from './types';

/** Reports one progress over the parts of a conversion: it never goes back, and estimates the time left from the work done. */
export class TakeProgress {
  private readonly startedMs = performance.now();
  private done = 0;

  /** `work`: of all parts together, in units of the caller. */
  constructor(
    private readonly seconds: number,
    private readonly work: number,
    private readonly onProgress: ((progress: ConvertProgress) => void) | undefined,
  ) {}

  /** `done`: work done since the start. */
  report(done: number): void {
    this.done = Math.max(this.done, Math.min(this.work, done));
    const elapsed = (performance.now() - this.startedMs) / 1000;
    this.onProgress?.({
      secondsDone: (this.done / this.work) * this.seconds,
      secondsTotal: this.seconds,
      secondsLeft: this.done > 0 ? (elapsed / this.done) * (this.work - this.done) : 0,
    });
  }
}
