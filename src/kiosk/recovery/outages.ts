/**
 * - `working`: visitors can use the kiosk.
 * - `moment`: something is being repaired.
 * - `out-of-order`: it has failed too often; repairs go on, with pauses between them.
 */
export type Standing = 'working' | 'moment' | 'out-of-order';

const WINDOW_MS = 5 * 60_000;
/** So many failures within `WINDOW_MS` are too many. */
export const TOO_MANY = 3;
/** Between the first repair and the second while nothing is out of order. */
const SECOND_TRY_MS = 2000;
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** After an outage, whoever works for so long begins again with the first pause. */
const PROVEN_MS = 60_000;

/** Decides by the times of failures whether the kiosk is out of order, and when to repair it. Times in ms, of any steady clock. */
export class Outages {
  standing: Standing = 'working';
  private failures: number[] = [];
  private tries = 0;
  private pauses = 0;
  private backAtMs = -Infinity;

  /** Something has stopped working, or a repair has failed. */
  fail(nowMs: number): void {
    this.failures = [...this.failures.filter((atMs) => nowMs - atMs < WINDOW_MS), nowMs];
    if (this.standing === 'out-of-order') return;
    this.standing = this.failures.length < TOO_MANY ? 'moment' : 'out-of-order';
    if (this.standing === 'out-of-order' && nowMs - this.backAtMs >= PROVEN_MS) this.pauses = 0;
  }

  /** Time until the next repair, for which it is asked once. */
  nextTryMs(): number {
    if (this.standing === 'out-of-order')
      return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.pauses++);
    return this.tries++ === 0 ? 0 : SECOND_TRY_MS;
  }

  /** Everything works. After an outage the failures before it count no more. */
  repaired(nowMs: number): void {
    if (this.standing === 'out-of-order') {
      this.failures = [];
      this.backAtMs = nowMs;
    }
    this.tries = 0;
    this.standing = 'working';
  }
}
