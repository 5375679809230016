import type { Scope } from '../../services/scope';
import type { Fault } from './faults';
import { Outages, type Standing } from './outages';

/** Puts right what has failed, and resolves once it works. */
export type Repairs = Record<Fault, () => Promise<unknown>>;

export interface RecoveryOptions {
  repairs: Repairs;
  /** Something has stopped working, or a repair of it has failed. */
  onFault: (fault: Fault, error: unknown) => void;
  onStanding: (standing: Standing) => void;
}

/** A repair that takes longer has failed. The networks may have to be downloaded. */
const LIMIT_MS: Record<Fault, number> = {
  start: 120_000,
  worker: 60_000,
  sound: 15_000,
  microphone: 15_000,
  storage: 120_000,
  gpu: 60_000,
  clock: 15_000,
};
/** "One moment" is shown for at least so long, so that it can be read. */
const SHOWN_MS = 1200;

/** Repairs the kiosk until it works again, and says what visitors are shown meanwhile. */
export class Recovery {
  standing = $state<Standing>('working');
  /** What is being repaired; null while everything works. */
  fault = $state<Fault | null>(null);
  /** Whether the visitor waits for the repair. */
  isShown = $state(false);
  private readonly outages = new Outages();
  private readonly broken = new Set<Fault>();
  private waiting: (() => void)[] = [];
  private isRepairing = false;
  private shownAtMs = 0;
  private stopWaiting: () => void = () => undefined;

  constructor(
    private readonly scope: Scope,
    private readonly options: RecoveryOptions,
  ) {}

  /**
   * Something does not work. Resolves once everything works again, never where the scope ends before. A fault that is being repaired
   * already counts once.
   *
   * `isQuiet`: visitors do not notice it, and see nothing of the repair unless it fails too often.
   */
  async report(fault: Fault, error: unknown, isQuiet = false): Promise<void> {
    const works = new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.scope.isEnded) return works;
    if (!isQuiet) this.show();
    if (!this.broken.has(fault)) {
      this.broken.add(fault);
      this.fault ??= fault;
      // While it is out of order, the next repair is due already, and it includes this.
      const isDue = this.standing === 'out-of-order' || this.isRepairing;
      this.fail(fault, error);
      if (!isDue) this.repairAfter(this.outages.nextTryMs());
    }
    return works;
  }

  private fail(fault: Fault, error: unknown): void {
    this.options.onFault(fault, error);
    this.outages.fail(performance.now());
    this.update();
  }

  private repairAfter(ms: number): void {
    this.stopWaiting();
    this.stopWaiting = this.scope.timeout(() => void this.repair(), ms);
  }

  private async repair(): Promise<void> {
    this.isRepairing = true;
    try {
      for (const fault of this.broken) {
        this.fault = fault;
        await this.withinLimit(fault);
        this.broken.delete(fault);
      }
    } catch (error) {
      if (this.scope.isEnded) return;
      this.fail(this.fault!, error);
      this.repairAfter(this.outages.nextTryMs());
      return;
    } finally {
      this.isRepairing = false;
    }
    const leftMs = this.isShown ? SHOWN_MS - (performance.now() - this.shownAtMs) : 0;
    this.stopWaiting();
    this.stopWaiting = this.scope.timeout(() => this.end(), Math.max(0, leftMs));
  }

  private end(): void {
    // Something else has failed while this was shown.
    if (this.broken.size > 0) return this.repairAfter(0);
    this.outages.repaired(performance.now());
    this.fault = null;
    this.isShown = false;
    this.update();
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private update(): void {
    const { standing } = this.outages;
    if (standing === 'out-of-order') this.show();
    if (standing === this.standing) return;
    this.standing = standing;
    this.options.onStanding(standing);
  }

  private show(): void {
    if (!this.isShown) this.shownAtMs = performance.now();
    this.isShown = true;
  }

  private async withinLimit(fault: Fault): Promise<void> {
    let stop: () => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      stop = this.scope.timeout(() => reject(new RepairTookTooLong()), LIMIT_MS[fault]);
    });
    try {
      await Promise.race([this.options.repairs[fault](), late]);
    } finally {
      stop();
    }
  }
}

class RepairTookTooLong extends Error {
  override readonly name = 'RepairTookTooLong';
}
