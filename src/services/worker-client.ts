import { proxy, releaseProxy, wrap, type ProxyMarked, type Remote } from 'comlink';
import { m } from '../text/messages';
import type { LanguageMessage } from '../text/worker-language';
import { language } from './locale.svelte';
import type { Scope } from './scope';

/** The worker died or hangs; `message` is for the user. */
export class WorkerLostError extends Error {
  constructor() {
    super(m.services_worker_lost());
    this.name = 'WorkerLostError';
  }
}

/** A worker behind comlink. Reports when the worker dies, so that it can be replaced. */
export class WorkerClient<Api extends object> {
  readonly api: Remote<Api>;
  private readonly lost: Promise<never>;
  protected readonly scope: Scope;
  protected fail: (error: Error) => void = () => undefined;

  constructor(parent: Scope, create: new () => Worker) {
    this.scope = parent.child();
    const { worker } = this.scope.worker(create);
    this.api = wrap<Api>(worker);
    this.scope.own(
      language.follow((locale) =>
        worker.postMessage({ language: locale, inAdvance: language.inAdvance } satisfies LanguageMessage),
      ),
    );
    this.lost = new Promise<never>((_, reject) => (this.fail = reject));
    this.lost.catch(() => undefined);
    this.scope.on(worker, 'error', (event) => {
      event.preventDefault();
      this.fail(new WorkerLostError());
    });
  }

  /** `task`, or a rejection when the worker ends before it is done: WorkerLostError, or AbortError after `dispose`. */
  async guard<T>(task: Promise<T>): Promise<T> {
    return Promise.race([task, this.lost]);
  }

  /** Ends the worker. Further calls have no effect. */
  dispose(): void {
    if (this.scope.isEnded) return;
    this.fail(new DOMException('The worker was ended before it answered.', 'AbortError'));
    this.api[releaseProxy]();
    this.scope.dispose();
  }
}

/**
 * Runs `task` with a callback for its worker. `onProgress` gets every report, and null once the task has ended.
 * A report that arrives after the result is ignored.
 */
export async function withProgress<P, T>(
  onProgress: (progress: P | null) => void,
  task: (report: ((progress: P) => void) & ProxyMarked) => Promise<T>,
): Promise<T> {
  let isOver = false;
  const report = (progress: P) => {
    if (!isOver) onProgress(progress);
  };
  try {
    return await task(proxy(report));
  } finally {
    isOver = true;
    onProgress(null);
  }
}
