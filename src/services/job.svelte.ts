import { isCancelled } from './messages';
import type { Notices } from './notices.svelte';
import type { Scope } from './scope';

export interface JobProgress {
  /** Share of the work that is done, 0..1; null before it is known. */
  fraction: number | null;
  /** Estimated seconds of work left; null before anything is known. */
  secondsLeft: number | null;
}

export interface JobControl<P> {
  signal: AbortSignal;
  /** Without effect once the task has ended. Returns nothing, so that a worker can call it through comlink. */
  onProgress: (progress: P) => void;
  /** Another part of the task begins: its label, and no progress yet. */
  begin: (label: string) => void;
}

/** How a run ended: `busy` where another was under way, so that this one never began. */
export type Outcome<T> = { state: 'done'; value: T } | { state: 'cancelled' | 'failed' | 'busy' };

/** Work that the user waits for, one task at a time, with progress and a way to cancel it, which its scope's end does too. */
export class Job<P extends JobProgress = JobProgress> {
  label = $state('');
  progress = $state.raw<P | null>(null);
  isBusy = $state(false);
  private controller: AbortController | undefined;

  constructor(
    scope: Scope,
    private readonly notices: Notices,
  ) {
    scope.own(() => this.cancel());
  }

  cancel(): void {
    this.controller?.abort();
  }

  /** Runs `task`. What it rejects with is shown to the user, unless they cancelled it; the run itself never rejects. */
  async run<T>(label: string, task: (control: JobControl<P>) => Promise<T>): Promise<Outcome<T>> {
    if (this.isBusy) return { state: 'busy' };
    this.notices.clear();
    const controller = new AbortController();
    this.controller = controller;
    const show = (change: { label?: string; progress: P | null }) => {
      // A worker's last report may come after its answer, when another run may have begun.
      if (this.controller === controller) Object.assign(this, change);
    };
    this.isBusy = true;
    show({ label, progress: null });
    try {
      const value = await task({
        signal: controller.signal,
        onProgress: (progress) => show({ progress }),
        begin: (next) => show({ label: next, progress: null }),
      });
      return { state: 'done', value };
    } catch (error) {
      if (controller.signal.aborted || isCancelled(error)) return { state: 'cancelled' };
      this.notices.fail(error);
      return { state: 'failed' };
    } finally {
      this.controller = undefined;
      this.isBusy = false;
      this.progress = null;
    }
  }
}
