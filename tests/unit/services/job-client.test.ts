import { expose } from 'comlink';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JobClient } from '../../../src/services/job-client';
import { Scope } from '../../../src/services/scope';

interface Api {
  work(jobId: string): Promise<string>;
  cancel(jobId: string): Promise<void>;
  ping(): Promise<void>;
}

/** Worker that works until it is cancelled, over a real message channel. */
class EndlessWorker extends EventTarget {
  static started: string[] = [];
  private readonly channel = new MessageChannel();

  constructor() {
    super();
    const running = new Map<string, (reason: string) => void>();
    const api: Api = {
      work: (jobId) => {
        EndlessWorker.started.push(jobId);
        return new Promise((resolve) => running.set(jobId, resolve));
      },
      cancel: async (jobId) => running.get(jobId)?.(`${jobId} cancelled`),
      ping: async () => undefined,
    };
    expose(api, this.channel.port1);
    this.channel.port2.addEventListener('message', (event: MessageEvent<unknown>) =>
      this.dispatchEvent(new MessageEvent('message', { data: event.data })),
    );
    this.channel.port2.start();
  }

  postMessage(message: unknown, transfer: Transferable[]) {
    this.channel.port2.postMessage(message, transfer);
  }

  terminate() {
    this.channel.port1.close();
    this.channel.port2.close();
  }
}

/** Worker that answers nothing. */
class SilentWorker extends EventTarget {
  postMessage() {}
  terminate() {}
}

const clientOf = (worker: unknown) => new JobClient<Api>(new Scope(), worker as new () => Worker);

describe('a job of a worker', () => {
  beforeEach(() => (EndlessWorker.started = []));
  afterEach(() => vi.useRealTimers());

  it('is cancelled under its own id when its signal is aborted, while another goes on', async () => {
    const client = clientOf(EndlessWorker);
    const [first, second] = [new AbortController(), new AbortController()];
    const one = client.job(first.signal, (api, jobId) => api.work(jobId));
    const two = client.job(second.signal, (api, jobId) => api.work(jobId));
    second.abort();
    expect(await two).toBe('job 2 cancelled');
    first.abort();
    expect(await one).toBe('job 1 cancelled');
    client.dispose();
  });

  it('does not start when its signal was aborted before, as by a cancel while the worker still loaded', async () => {
    const client = clientOf(EndlessWorker);
    const controller = new AbortController();
    controller.abort();
    await expect(client.job(controller.signal, (api, jobId) => api.work(jobId))).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(EndlessWorker.started).toEqual([]);
    client.dispose();
  });

  it('fails when the worker does not answer for 30 s', async () => {
    vi.useFakeTimers();
    const client = clientOf(SilentWorker);
    const lost = expect(
      client.job(new AbortController().signal, (api, jobId) => api.work(jobId)),
    ).rejects.toMatchObject({ name: 'WorkerLostError' });
    await vi.advanceTimersByTimeAsync(35_000);
    await lost;
    client.dispose();
  });

  it('fails when the worker does not answer a check in time, as the check does', async () => {
    vi.useFakeTimers();
    const client = clientOf(SilentWorker);
    const isLost = { name: 'WorkerLostError' };
    const job = expect(
      client.job(new AbortController().signal, (api, jobId) => api.work(jobId)),
    ).rejects.toMatchObject(isLost);
    const check = expect(client.check(3000)).rejects.toMatchObject(isLost);
    await vi.advanceTimersByTimeAsync(3000);
    await Promise.all([job, check]);
    client.dispose();
  });

  it('goes on when the worker answers a check', async () => {
    const client = clientOf(EndlessWorker);
    const controller = new AbortController();
    const job = client.job(controller.signal, (api, jobId) => api.work(jobId));
    await client.check(3000);
    controller.abort();
    expect(await job).toBe('job 1 cancelled');
    client.dispose();
  });
});
