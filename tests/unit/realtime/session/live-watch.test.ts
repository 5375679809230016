import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveStats } from '../../../../src/realtime/live-stats';
import type { LiveSession } from '../../../../src/realtime/session/live-session';
import { LiveWatch, type Trouble } from '../../../../src/realtime/session/live-watch';
import { Scope } from '../../../../src/services/scope';

type Device = Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'groupId' | 'label'>;

const TICK_MS = 200;

let scope: Scope;
let page: EventTarget;
let devices: EventTarget & { list: Device[]; enumerateDevices(): Promise<Device[]> };
let troubles: Trouble[];
/** What of the session goes on. */
let alive: { context: boolean; capture: boolean; worker: boolean };
let stats: LiveStats;
let context: { state: string; currentTime: number; resume: () => Promise<void> };
let track: { readyState: string; getSettings: () => MediaTrackSettings };
let session: { graph: unknown; stream: unknown; phase: string; isRepairing: boolean };

beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
  page = new EventTarget();
  devices = Object.assign(new EventTarget(), {
    list: [{ kind: 'audioinput' as const, deviceId: 'a', groupId: 'built in', label: 'A' }] as Device[],
    enumerateDevices: async () => devices.list,
  });
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { mediaDevices: devices });
  troubles = [];
  alive = { context: true, capture: true, worker: true };
  stats = new LiveStats();
  context = { state: 'running', currentTime: 0, resume: vi.fn(async () => undefined) };
  track = { readyState: 'live', getSettings: () => ({ deviceId: 'a', groupId: 'built in' }) };
  session = {
    graph: { context, stats },
    stream: { getAudioTracks: () => [track] },
    phase: 'live',
    isRepairing: false,
  };
  new LiveWatch(scope, session as unknown as LiveSession, (trouble) => troubles.push(trouble));
});

afterEach(() => {
  scope.dispose();
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets time pass, and what is alive go on with it. */
function pass(ms: number): void {
  for (let at = 0; at < ms; at += TICK_MS) {
    if (alive.context) context.currentTime += TICK_MS / 1000;
    if (alive.capture) stats.add('capturedSeconds', TICK_MS / 1000);
    if (alive.worker) stats.add('blocks', 1);
    vi.advanceTimersByTime(TICK_MS);
  }
}

describe('the watch over a session', () => {
  it('finds nothing wrong while everything goes on', () => {
    pass(60_000);
    expect(troubles).toEqual([]);
    expect(context.resume).not.toHaveBeenCalled();
  });

  it.each([
    ['context', 'context-lost'],
    ['capture', 'microphone-lost'],
    ['worker', 'worker-lost'],
  ] as const)('notices within a second that the %s stopped', (part, trouble) => {
    pass(2000);
    alive[part] = false;
    pass(600);
    expect(troubles).toEqual([]);
    pass(400);
    expect(troubles).toEqual([trouble]);
  });

  it('tells it once, and again when a repair has not helped', () => {
    alive.worker = false;
    pass(1000);
    expect(troubles).toEqual(['worker-lost']);
    pass(800);
    expect(troubles).toEqual(['worker-lost', 'worker-lost']);
  });

  it('blames what the others depend on', () => {
    alive = { context: false, capture: false, worker: false };
    pass(1000);
    expect(troubles).toEqual(['context-lost']);
    alive.context = true;
    pass(800);
    expect(troubles).toEqual(['context-lost', 'microphone-lost']);
  });

  it('looks away while a repair is under way, and gives what it repaired time to begin', () => {
    pass(400);
    alive.worker = false;
    session.isRepairing = true;
    pass(5000);
    session.isRepairing = false;
    pass(600);
    expect(troubles).toEqual([]);
    pass(400);
    expect(troubles).toEqual(['worker-lost']);
  });

  it('knows nothing of the time that the page slept', () => {
    pass(1000);
    // The clock goes on; timers and what is measured do not.
    const awakeMs = performance.now() + 60_000;
    const clock = vi.spyOn(performance, 'now').mockReturnValue(awakeMs);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(troubles).toEqual([]);
    clock.mockReturnValue(awakeMs + 500);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(troubles).toEqual([]);
  });

  it.each(['closed', 'missing'])('notices at once that the graph is %s', (how) => {
    if (how === 'closed') context.state = 'closed';
    else session.graph = undefined;
    pass(TICK_MS);
    expect(troubles).toEqual(['context-lost']);
  });

  it('resumes a context that the browser suspended', () => {
    context.state = 'suspended';
    pass(TICK_MS);
    expect(context.resume).toHaveBeenCalledTimes(1);
    expect(troubles).toEqual([]);
  });

  it('ends with its scope', () => {
    scope.dispose();
    alive = { context: false, capture: false, worker: false };
    pass(5000);
    devices.dispatchEvent(new Event('devicechange'));
    expect(troubles).toEqual([]);
  });
});

describe('the watch over the microphone', () => {
  const change = async () => {
    devices.dispatchEvent(new Event('devicechange'));
    await vi.advanceTimersByTimeAsync(0);
  };

  it('minds no device but its own', async () => {
    devices.list.push({ kind: 'audiooutput', deviceId: 'b', groupId: 'headset', label: 'B' });
    await change();
    expect(troubles).toEqual([]);
  });

  it('notices that its device is gone', async () => {
    devices.list = [{ kind: 'audioinput', deviceId: 'b', groupId: 'headset', label: 'B' }];
    await change();
    expect(troubles).toEqual(['microphone-changed']);
  });

  it('notices that the default is another device now', async () => {
    devices.list = [{ kind: 'audioinput', deviceId: 'a', groupId: 'headset', label: 'A' }];
    await change();
    expect(troubles).toEqual(['microphone-changed']);
  });

  it('notices that its track has ended', async () => {
    track.readyState = 'ended';
    await change();
    expect(troubles).toEqual(['microphone-lost']);
  });

  it.each(['starting', 'recovering'])('looks away while the session is %s', async (phase) => {
    session.phase = phase;
    devices.list = [];
    await change();
    expect(troubles).toEqual([]);
  });
});
