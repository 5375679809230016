import { describe, expect, it, vi } from 'vitest';
import { openEach } from '../../../src/services/each-file';
import { Job } from '../../../src/services/job.svelte';
import { Notices } from '../../../src/services/notices.svelte';
import { Scope } from '../../../src/services/scope';
import { jobTask, Work } from '../../../src/services/work.svelte';

const file = (name: string) => new File([name], name);

describe('work in progress', () => {
  it('is listed while it runs, with its share done, and can be ended', async () => {
    const scope = new Scope();
    const job = new Job(scope, new Notices());
    const work = new Work();
    work.add(scope, () => [jobTask('studio', job, true), null]);
    expect([work.tasks, work.isLossy]).toEqual([[], false]);
    const running = job.run('Converting to Joe', async ({ onProgress, signal }) => {
      onProgress({ fraction: 0.404, secondsLeft: null });
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    });
    expect(work.tasks).toMatchObject([{ page: 'studio', label: 'Converting to Joe, 40%', isLossy: true }]);
    expect(work.isLossy).toBe(true);
    work.tasks[0]!.end!.run();
    await running;
    expect(work.tasks).toEqual([]);
  });

  it('of a page that ended is not listed', () => {
    const scope = new Scope();
    const work = new Work();
    work.add(scope, () => [{ page: 'live', label: 'Recording', isLossy: true }]);
    scope.dispose();
    expect(work.isLossy).toBe(false);
  });
});

describe('several files', () => {
  const open = vi.fn(async ({ name }: File) => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    if (name.startsWith('bad')) throw new DOMException(`${name} is damaged.`, 'not-audio');
    return name.startsWith('loud') ? ['It was clipped.'] : [];
  });

  it('go on after a bad one; what failed and what was noticed is listed at the end', async () => {
    const notices = new Notices();
    const job = new Job(new Scope(), notices);
    const names = ['bad 1.wav', 'a.wav', 'loud 1.wav', 'bad 2.wav', 'loud 2.wav', 'b.wav'];
    await openEach(names.map(file), { job, notices, done: 'opened', open });
    expect(open).toHaveBeenCalledTimes(6);
    expect(notices.list).toMatchObject([
      {
        text: expect.stringMatching(/^2 of 6 files could not be opened/) as string,
        items: ['bad 1.wav: bad 1.wav is damaged.', 'bad 2.wav: bad 2.wav is damaged.'],
      },
      { items: ['loud 1.wav: It was clipped.', 'loud 2.wav: It was clipped.'] },
    ]);
  });

  it('that fail alone are errors of their own', async () => {
    const notices = new Notices();
    const job = new Job(new Scope(), notices);
    const { state } = await openEach([file('bad.wav')], {
      job,
      notices,
      done: 'opened',
      open,
    });
    expect(state).toBe('failed');
    expect(notices.list).toMatchObject([{ kind: 'error', text: 'bad.wav is damaged.' }]);
  });
});
