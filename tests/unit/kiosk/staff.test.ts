import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchDoor } from '../../../src/kiosk/staff/door';
import { heartbeatLine, startHeartbeat } from '../../../src/kiosk/staff/heartbeat';
import { Failed, SelfTest, type Check } from '../../../src/kiosk/staff/self-test.svelte';
import { EngineError } from '../../../src/engine/errors';
import { Scope } from '../../../src/services/scope';
import { closeDatabase } from '../../../src/store/db';

let scope: Scope;

beforeEach(() => {
  scope = new Scope();
  vi.stubGlobal('window', new EventTarget());
});

afterEach(async () => {
  scope.dispose();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await closeDatabase();
  await deleteDB('understudy');
});

describe('the door of the staff', () => {
  const send = (type: string, fields: object) =>
    window.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), fields));
  const corner = { clientX: 50, clientY: 50 };
  let opened: number;

  beforeEach(() => {
    vi.useFakeTimers();
    opened = 0;
    watchDoor(scope, () => opened++);
  });

  it('opens when the corner is held for 5 s', () => {
    send('pointerdown', corner);
    vi.advanceTimersByTime(4900);
    expect(opened).toBe(0);
    vi.advanceTimersByTime(200);
    expect(opened).toBe(1);
  });

  it.each([
    ['is let go', 'pointerup', corner],
    ['is left', 'pointermove', { clientX: 300, clientY: 50 }],
    ['is taken by the browser', 'pointercancel', corner],
  ])('stays closed when the finger %s before', (_what, type, place) => {
    send('pointerdown', corner);
    vi.advanceTimersByTime(4000);
    send(type, place);
    vi.advanceTimersByTime(10_000);
    expect(opened).toBe(0);
  });

  it('stays closed when another place is held', () => {
    send('pointerdown', { clientX: 400, clientY: 50 });
    vi.advanceTimersByTime(10_000);
    expect(opened).toBe(0);
  });

  it('opens at Ctrl + Alt + Shift + S alone', () => {
    const keys = { ctrlKey: true, altKey: true, shiftKey: true, code: 'KeyS' };
    for (const missing of ['ctrlKey', 'altKey', 'shiftKey']) send('keydown', { ...keys, [missing]: false });
    expect(opened).toBe(0);
    send('keydown', keys);
    expect(opened).toBe(1);
  });
});

describe('the heartbeat', () => {
  const counters = { since: 0, visits: 3, conversions: 2, aborts: 1, errors: { 'gpu-lost': 2, other: 1 } };

  it('is a line with screen, uptime and counters', () => {
    expect(heartbeatLine('idle', counters, 61_500, new Date(0))).toBe(
      'understudy heartbeat 1970-01-01T00:00:00.000Z screen=idle uptime=61s visits=3 conversions=2 aborts=1 errors=3',
    );
  });

  it('comes every minute, and requests the path while the kiosk works', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const fetch = vi.fn(async () => new Response());
    vi.stubGlobal('fetch', fetch);
    const lines = vi.spyOn(console, 'info').mockReturnValue(undefined);
    let isWorking = true;
    startHeartbeat(scope, { screen: () => 'idle', isWorking: () => isWorking, path: () => '/alive' });
    for (const expected of [1, 2, 2]) {
      vi.advanceTimersByTime(60_000);
      await vi.waitFor(() => expect(lines).toHaveBeenCalled());
      await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(expected));
      lines.mockClear();
      isWorking = fetch.mock.calls.length < 2;
    }
    expect(fetch).toHaveBeenCalledWith('/alive', expect.objectContaining({ credentials: 'omit' }));
  });

  it('requests nothing where no path is stated', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const fetch = vi.fn();
    vi.stubGlobal('fetch', fetch);
    const lines = vi.spyOn(console, 'info').mockReturnValue(undefined);
    startHeartbeat(scope, { screen: () => 'idle', isWorking: () => true, path: () => undefined });
    vi.advanceTimersByTime(60_000);
    await vi.waitFor(() => expect(lines).toHaveBeenCalledTimes(1));
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('the self-test', () => {
  const check = (name: string, run: Check['run']): Check => ({ name: () => name, run });

  it('goes on after a check that failed, and says why', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const test = new SelfTest(scope);
    await test.run([
      check('a', async () => 'fine'),
      check('b', () => Promise.reject(new Failed('It is muted.'))),
      check('c', () => Promise.reject(new EngineError('gpu-lost', 'The GPU is gone.'))),
      check('d', async () => 'fine too'),
    ]);
    expect(test.results.map(({ state, detail }) => `${state} ${detail}`)).toEqual([
      'passed fine',
      'failed It is muted.',
      'failed The GPU is gone.',
      'passed fine too',
    ]);
    expect(test.failed).toBe(2);
  });

  it('ends with the panel', async () => {
    const test = new SelfTest(scope);
    const running = test.run([
      check(
        'a',
        (signal) => new Promise((_, reject) => (signal.onabort = () => reject(new Error('aborted')))),
      ),
      check('b', async () => 'not reached'),
    ]);
    scope.dispose();
    await running;
    expect(test.results[1]!.state).toBe('waiting');
  });
});
