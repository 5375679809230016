import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Job, type JobControl, type JobProgress } from '../../../src/services/job.svelte';
import { Notices } from '../../../src/services/notices.svelte';
import { Scope } from '../../../src/services/scope';

const HALF: JobProgress = { fraction: 0.5, secondsLeft: 3 };

let scope: Scope;
let notices: Notices;
let job: Job;

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  scope = new Scope();
  notices = new Notices();
  job = new Job(scope, notices);
});

afterEach(() => vi.restoreAllMocks());

/** Starts a run that ends when `resolve` or `reject` is called; `control` is the argument of the task. */
function begin(label = 'Working') {
  let control!: JobControl<JobProgress>;
  let resolve!: (value: string) => void;
  let reject!: (error: unknown) => void;
  const ended = job.run(label, (given) => {
    control = given;
    return new Promise<string>((...both) => ([resolve, reject] = both));
  });
  return { ended, control, resolve, reject };
}

/** Rejects with the reason of the signal once it is aborted, as real tasks do. */
const untilAborted = ({ signal }: JobControl<JobProgress>) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('a job', () => {
  it('shows its label and progress while it runs, and returns how it ended', async () => {
    notices.warn('of before');
    const { ended, control, resolve } = begin('Opening it');
    expect(notices.list).toEqual([]);
    expect(job).toMatchObject({ isBusy: true, label: 'Opening it', progress: null });
    control.onProgress(HALF);
    expect(job.progress).toEqual(HALF);
    control.begin('Reading it');
    expect(job).toMatchObject({ label: 'Reading it', progress: null });
    resolve('it');
    expect(await ended).toEqual({ state: 'done', value: 'it' });
    expect(job).toMatchObject({ isBusy: false, progress: null });
  });

  it('ignores progress that arrives after its end', async () => {
    const { ended, control, resolve } = begin();
    resolve('');
    await ended;
    control.onProgress(HALF);
    control.begin('Late');
    expect(job).toMatchObject({ isBusy: false, label: 'Working', progress: null });
  });

  it('ignores progress of an earlier run', async () => {
    const first = begin('First');
    first.resolve('');
    await first.ended;
    const second = begin('Second');
    first.control.onProgress(HALF);
    first.control.begin('Late');
    expect(job).toMatchObject({ isBusy: true, label: 'Second', progress: null });
    second.resolve('');
    await second.ended;
  });

  it('runs one task at a time', async () => {
    const { ended, resolve } = begin('First');
    const other = vi.fn(async () => 'never');
    expect(await job.run('Second', other)).toEqual({ state: 'busy' });
    expect(other).not.toHaveBeenCalled();
    expect(job.label).toBe('First');
    expect(notices.list).toMatchObject([
      { kind: 'warning', text: expect.stringMatching(/Second.*First/) as string },
    ]);
    resolve('');
    await ended;
  });

  it.each(['its cancel', 'the end of its scope'])('is cancelled by %s, which is no error', async (how) => {
    const ended = job.run('Working', untilAborted);
    if (how === 'its cancel') job.cancel();
    else scope.dispose();
    expect(await ended).toEqual({ state: 'cancelled' });
    expect(notices.list).toEqual([]);
    expect(job.isBusy).toBe(false);
  });

  it('shows no error after it was cancelled', async () => {
    const { ended, reject } = begin();
    job.cancel();
    reject(new Error('the encoder was closed'));
    expect(await ended).toEqual({ state: 'cancelled' });
    expect(notices.list).toEqual([]);
  });

  it('treats an AbortError as a cancellation: of the share sheet, of a worker', async () => {
    const { ended, reject } = begin();
    reject(new DOMException('dismissed', 'AbortError'));
    expect(await ended).toEqual({ state: 'cancelled' });
    expect(notices.list).toEqual([]);
  });

  it('shows an error, and can be used again', async () => {
    const first = begin();
    first.reject(Object.assign(new Error('The disk is full.'), { name: 'StoreError' }));
    expect(await first.ended).toEqual({ state: 'failed' });
    expect(notices.list).toMatchObject([{ kind: 'error', text: 'The disk is full.' }]);
    // Cancelling between two runs does not affect the next one.
    job.cancel();
    const second = begin();
    expect(second.control.signal.aborted).toBe(false);
    second.resolve('fine');
    expect(await second.ended).toEqual({ state: 'done', value: 'fine' });
  });
});
