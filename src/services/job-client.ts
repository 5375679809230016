import type { Remote } from 'comlink';
import { WorkerClient, WorkerLostError } from './worker-client';

const PING_MS = 2000;
/**
 * A worker that has not answered a ping for this long is lost. It is busy for one block of its work at most; a window of the ear is up to 17 s
 * of speech, which a processor that converts no faster than real time hears in about as long.
 */
const MAX_REPLY_MS = 30_000;

/** What a worker offers beside its jobs. */
interface JobApi {
  cancel(jobId: string): Promise<void>;
  /** Resolves while the worker is alive. */
  ping(): Promise<void>;
}

/** A worker that runs jobs which can be cancelled by their id. */
export class JobClient<Api extends JobApi> extends WorkerClient<Api> {
  private nextJob = 1;

  /**
   * Starts `task` under a new job id, and cancels it once `signal` is aborted. Rejects with the signal's reason if it was
   * aborted before, as `guard` does when the worker ends, and with WorkerLostError when the worker does not answer.
   */
  async job<T>(signal: AbortSignal, task: (api: Remote<Api>, jobId: string) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const jobId = `job ${this.nextJob++}`;
    const jobs = this.api as unknown as Remote<JobApi>;
    const removeListener = this.scope.on(signal, 'abort', () => void jobs.cancel(jobId));
    const stopPings = this.pingRepeatedly(() => jobs.ping());
    try {
      return await this.guard(task(this.api, jobId));
    } finally {
      stopPings();
      removeListener();
    }
  }

  /** Resolves once the worker answers; where it does not within `withinMs`, this and all jobs reject with WorkerLostError. */
  async check(withinMs: number): Promise<void> {
    const jobs = this.api as unknown as Remote<JobApi>;
    const stopWaiting = this.scope.timeout(() => this.fail(new WorkerLostError()), withinMs);
    try {
      await this.guard(jobs.ping());
    } finally {
      stopWaiting();
    }
  }

  private pingRepeatedly(ping: () => Promise<void>): () => void {
    let lastReplyMs = performance.now();
    let waiting = false;
    return this.scope.interval(() => {
      if (waiting) {
        if (performance.now() - lastReplyMs > MAX_REPLY_MS) this.fail(new WorkerLostError());
        return;
      }
      waiting = true;
      lastReplyMs = performance.now();
      void ping().then(() => (waiting = false));
    }, PING_MS);
  }
}
