import { describe, expect, it, vi } from 'vitest';
import { withProgress } from '../../../src/services/worker-client';

describe('progress of a worker', () => {
  it('is told until the answer, then cleared; what comes later is ignored', async () => {
    const told = vi.fn<(progress: number | null) => void>();
    let late!: (progress: number) => void;
    const answer = await withProgress<number, string>(told, async (report) => {
      late = report;
      report(0.5);
      return 'loaded';
    });
    late(0.9);
    expect(answer).toBe('loaded');
    expect(told.mock.calls).toEqual([[0.5], [null]]);
  });

  it('is cleared when the task fails', async () => {
    const told = vi.fn();
    const failed = withProgress(told, () => Promise.reject(new Error('no network')));
    await expect(failed).rejects.toThrow('no network');
    expect(told.mock.calls).toEqual([[null]]);
  });
});
