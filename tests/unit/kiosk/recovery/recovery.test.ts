import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FAULTS, faultOf, type Fault } from '../../../../src/kiosk/recovery/faults';
import type { Standing } from '../../../../src/kiosk/recovery/outages';
import { Recovery } from '../../../../src/kiosk/recovery/recovery.svelte';
import { EngineError } from '../../../../src/engine/errors';
import { Scope } from '../../../../src/services/scope';
import { WorkerLostError } from '../../../../src/services/worker-client';

let scope: Scope;
let recovery: Recovery;
let repairs: Record<Fault, ReturnType<typeof vi.fn<() => Promise<unknown>>>>;
let standings: Standing[];
const onFault = vi.fn();

const seconds = (count: number) => vi.advanceTimersByTimeAsync(1000 * count);
const broken = async () => Promise.reject(new Error('It is still broken.'));

beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
  onFault.mockReset();
  standings = [];
  const works = () => vi.fn<() => Promise<unknown>>(async () => undefined);
  repairs = Object.fromEntries(FAULTS.map((fault) => [fault, works()])) as typeof repairs;
  const onStanding = (standing: Standing) => standings.push(standing);
  recovery = new Recovery(scope, { repairs, onFault, onStanding });
});

afterEach(() => {
  scope.dispose();
  vi.useRealTimers();
});

describe('a fault', () => {
  it('is repaired at once, and shown long enough to be read', async () => {
    const works = vi.fn();
    void recovery.report('worker', new WorkerLostError()).then(works);
    expect([recovery.standing, recovery.fault, recovery.isShown]).toEqual(['moment', 'worker', true]);
    await seconds(1);
    expect(repairs.worker).toHaveBeenCalledOnce();
    expect(recovery.isShown).toBe(true);
    expect(works).not.toHaveBeenCalled();
    await seconds(0.3);
    expect([recovery.standing, recovery.fault, recovery.isShown]).toEqual(['working', null, false]);
    expect(works).toHaveBeenCalledOnce();
    expect(standings).toEqual(['moment', 'working']);
    expect(onFault.mock.calls).toEqual([['worker', expect.any(WorkerLostError)]]);
  });

  it('that visitors do not notice is repaired without being shown', async () => {
    void recovery.report('clock', null, true);
    expect([recovery.standing, recovery.isShown]).toEqual(['moment', false]);
    await seconds(0.1);
    expect(repairs.clock).toHaveBeenCalledOnce();
    expect(recovery.standing).toBe('working');
  });

  it('that is reported twice counts once; all that is broken is repaired before it works again', async () => {
    const works = [vi.fn(), vi.fn(), vi.fn()];
    void recovery.report('worker', null).then(works[0]);
    void recovery.report('worker', null, true).then(works[1]);
    void recovery.report('microphone', null).then(works[2]);
    expect(onFault).toHaveBeenCalledTimes(2);
    await seconds(5);
    expect(repairs.worker).toHaveBeenCalledOnce();
    expect(repairs.microphone).toHaveBeenCalledOnce();
    for (const each of works) expect(each).toHaveBeenCalledOnce();
  });

  it('that takes longer than its limit has not been repaired', async () => {
    repairs.microphone.mockImplementationOnce(() => new Promise(() => undefined));
    void recovery.report('microphone', null);
    await seconds(16);
    expect(onFault.mock.calls[1]).toEqual([
      'microphone',
      expect.objectContaining({ name: 'RepairTookTooLong' }),
    ]);
    await seconds(4);
    expect(repairs.microphone).toHaveBeenCalledTimes(2);
    expect(recovery.standing).toBe('working');
  });

  it('is not repaired any more once the page has ended', async () => {
    repairs.worker.mockImplementation(broken);
    void recovery.report('worker', null);
    await seconds(0.1);
    scope.dispose();
    await seconds(1000);
    expect(repairs.worker).toHaveBeenCalledOnce();
  });
});

describe('three failures', () => {
  it('put it out of order, where it tries with growing pauses and comes back by itself', async () => {
    repairs.microphone.mockImplementation(broken);
    const works = vi.fn();
    void recovery.report('microphone', null, true).then(works);
    await seconds(2.1);
    expect([recovery.standing, recovery.isShown, recovery.fault]).toEqual([
      'out-of-order',
      true,
      'microphone',
    ]);
    expect(repairs.microphone).toHaveBeenCalledTimes(2);
    await seconds(5);
    expect(repairs.microphone).toHaveBeenCalledTimes(3);
    await seconds(9);
    expect(repairs.microphone).toHaveBeenCalledTimes(3);
    await seconds(1);
    expect(repairs.microphone).toHaveBeenCalledTimes(4);
    repairs.microphone.mockImplementation(async () => undefined);
    await seconds(21);
    expect([recovery.standing, recovery.isShown]).toEqual(['working', false]);
    expect(works).toHaveBeenCalledOnce();
    expect(standings).toEqual(['moment', 'out-of-order', 'working']);
  });

  it('include what fails meanwhile, without trying earlier for it', async () => {
    repairs.microphone.mockImplementation(broken);
    void recovery.report('microphone', null);
    await seconds(3);
    void recovery.report('worker', null);
    await seconds(3);
    expect(repairs.worker).not.toHaveBeenCalled();
    repairs.microphone.mockImplementation(async () => undefined);
    await seconds(4);
    expect(repairs.worker).toHaveBeenCalledOnce();
    expect(recovery.standing).toBe('working');
  });
});

describe('the fault behind an error', () => {
  it.each<[unknown, Fault | null]>([
    [new WorkerLostError(), 'worker'],
    [new EngineError('gpu-lost', 'Gone.'), 'gpu'],
    // As it comes out of a worker: without its code.
    [Object.assign(new Error('Gone.'), { name: 'download-failed' }), 'storage'],
    [{ name: 'AudioError', code: 'no-output' }, 'sound'],
    [new EngineError('no-voice', 'Gone.'), null],
    [undefined, null],
  ])('%s is %s', (error, fault) => {
    expect(faultOf(error)).toBe(fault);
  });
});
