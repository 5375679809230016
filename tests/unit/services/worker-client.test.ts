import { describe, expect, it, vi } from 'vitest';
import { Scope } from '../../../src/services/scope';
import { WorkerClient, withProgress } from '../../../src/services/worker-client';

describe('progress of a worker', () => {
  it('is reported until the result, then cleared; later reports are ignored', async () => {
    const onProgress = vi.fn<(progress: number | null) => void>();
    let late!: (progress: number) => void;
    const answer = await withProgress<number, string>(onProgress, async (report) => {
      late = report;
      report(0.5);
      return 'loaded';
    });
    late(0.9);
    expect(answer).toBe('loaded');
    expect(onProgress.mock.calls).toEqual([[0.5], [null]]);
  });

  it('is cleared when the task fails', async () => {
    const onProgress = vi.fn();
    const failed = withProgress(onProgress, () => Promise.reject(new Error('no network')));
    await expect(failed).rejects.toThrow('no network');
    expect(onProgress.mock.calls).toEqual([[null]]);
  });
});

describe('a worker that is ended', () => {
  class SilentWorker extends EventTarget {
    postMessage() {}
    terminate() {}
  }

  it('rejects what still waits for its answer, as cancelled', async () => {
    const client = new WorkerClient<{ load(): Promise<void> }>(
      new Scope(),
      SilentWorker as unknown as new () => Worker,
    );
    const waiting = client.guard(client.api.load());
    client.dispose();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
