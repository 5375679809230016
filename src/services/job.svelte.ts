import { m } from '../text/messages';
import { inWords, isCancelled, type Words } from './messages';
import type { Notices } from './notices.svelte';
import type { Scope } from './scope';

export interface JobProgress {
  /** Completed share of the work, 0..1; null while unknown. */
  fraction: number | null;
  /** Estimated remaining time in seconds; null while unknown. */
  secondsLeft: number | null;
}

export interface JobControl<P> {
  signal: AbortSignal;
  /** Ignored once the task has ended. Returns nothing, so that a worker can call it through comlink. */
  onProgress: (progress: P) => void;
  /** Starts the next part of the task: sets its label and clears the progress. */
  begin: (label: Words) => void;
}

/** How a run ended. `busy`: another run was in progress, so this one did not start. */
export type Outcome<T> = { state: 'done'; value: T } | { state: 'cancelled' | 'failed' | 'busy' };

/** Runs one task at a time that the user waits for, with progress. The user can cancel it; the end of the scope does too. */
export class Job<P extends JobProgress = JobProgress> {
  progress = $state.raw<P | null>(null);
  isBusy = $state(false);
  private words = $state.raw<Words>('');
  private controller: AbortController | undefined;

  constructor(
    scope: Scope,
    private readonly notices: Notices,
  ) {
    scope.own(() => this.cancel());
  }

  get label(): string {
    return inWords(this.words);
  }

  cancel(): void {
    this.controller?.abort();
  }

  /** Runs `task` and shows its error to the user, unless it was cancelled. Never rejects. */
  async run<T>(label: Words, task: (control: JobControl<P>) => Promise<T>): Promise<Outcome<T>> {
    if (this.isBusy) {
      this.notices.warn(m.services_busy({ wanted: inWords(label), running: this.label }));
      return { state: 'busy' };
    }
    this.notices.clear();
    const controller = new AbortController();
    this.controller = controller;
    const show = (progress: P | null, words = this.words) => {
      // A worker's last report may arrive after its result, when another run may have started.
      if (this.controller !== controller) return;
      this.words = words;
      this.progress = progress;
    };
    this.isBusy = true;
    show(null, label);
    try {
      const value = await task({
        signal: controller.signal,
        onProgress: (progress) => show(progress),
        begin: (next) => show(null, next),
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
