import { isCancelled, messageOf } from '../../services/messages';
import type { Scope } from '../../services/scope';

/** What a check has found to be wrong, in words for the staff. */
export class Failed extends Error {}

export interface Check {
  /** In the language shown. */
  name: () => string;
  /** Resolves with what was measured. Rejects with Failed, or with whatever went wrong. */
  run: (signal: AbortSignal) => Promise<string>;
}

export interface CheckResult {
  name: () => string;
  state: 'waiting' | 'running' | 'passed' | 'failed';
  detail: string;
}

/** Runs checks one after the other; one that fails does not stop the others. */
export class SelfTest {
  results = $state.raw<CheckResult[]>([]);
  isRunning = $state(false);
  private readonly controller = new AbortController();

  constructor(scope: Scope) {
    scope.own(() => this.controller.abort());
  }

  get failed(): number {
    return this.results.filter(({ state }) => state === 'failed').length;
  }

  async run(checks: readonly Check[]): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    this.results = checks.map(({ name }) => ({ name, state: 'waiting', detail: '' }));
    for (const [i, check] of checks.entries()) {
      this.set(i, { state: 'running' });
      try {
        this.set(i, { state: 'passed', detail: await check.run(this.controller.signal) });
      } catch (error) {
        if (isCancelled(error) || this.controller.signal.aborted) break;
        if (!(error instanceof Failed)) console.error(error);
        this.set(i, { state: 'failed', detail: error instanceof Failed ? error.message : messageOf(error) });
      }
    }
    this.isRunning = false;
  }

  private set(at: number, change: Partial<CheckResult>): void {
    this.results = this.results.map((result, i) => (i === at ? { ...result, ...change } : result));
  }
}
