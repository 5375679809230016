import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openMicrophone } from '../../../../src/audio/microphone';
import { DEFAULT_CONTROLS } from '../../../../src/engine/types';
import type { LiveFailure, LivePhase, LiveStatus } from '../../../../src/realtime/live-types';
import { LiveGraph } from '../../../../src/realtime/session/live-graph';
import { LiveSession, type SessionSettings } from '../../../../src/realtime/session/live-session';
import type { Trouble } from '../../../../src/realtime/session/live-watch';
import { LIVE_PRESETS } from '../../../../src/realtime/session/presets';
import { Scope } from '../../../../src/services/scope';

const fakes = vi.hoisted(() => {
  const clients: WorkerClient[] = [];
  /** What every new worker does when it is asked to. */
  const api = {
    load: vi.fn(),
    start: vi.fn(),
    adjust: vi.fn(),
    calibrate: vi.fn(),
  };
  class WorkerClient {
    readonly api = api;
    readonly dispose = vi.fn();
    constructor() {
      clients.push(this);
    }
    guard<T>(task: Promise<T>): Promise<T> {
      return task;
    }
  }
  const watch = { report: (_trouble: string) => undefined as void };
  class LiveWatch {
    constructor(_scope: unknown, _session: unknown, report: (trouble: string) => void) {
      watch.report = report;
    }
  }
  return { clients, api, WorkerClient, watch, LiveWatch };
});

vi.mock('../../../../workers/live?worker', () => ({ default: class {} }));
vi.mock('../../../../src/audio/microphone');
vi.mock('../../../../src/realtime/session/compiled-runtime');
vi.mock('../../../../src/realtime/session/live-graph');
vi.mock('../../../../src/realtime/session/live-watch', () => ({ LiveWatch: fakes.LiveWatch }));
vi.mock(import('../../../../src/services/worker-client'), async (original) => ({
  ...(await original()),
  WorkerClient: fakes.WorkerClient as never,
}));

const SETTINGS: SessionSettings = {
  voiceId: 'kathleen',
  controls: DEFAULT_CONTROLS,
  profile: null,
  follows: true,
  gateDb: null,
  preset: 'quick',
  deviceId: '',
  outputId: '',
};
const STATUS: LiveStatus = { backend: 'wasm', voices: [], load: { smallest: 0.2, largest: 0.1 } };

function fakeTrack() {
  const track = Object.assign(new EventTarget(), { readyState: 'live', stop: vi.fn() });
  track.stop.mockImplementation(() => (track.readyState = 'ended'));
  return track;
}

function fakeGraph() {
  return {
    link: vi.fn(() => ({ ends: {}, transfer: [] })),
    setMicrophone: vi.fn(),
    setMuted: vi.fn(),
    setBypass: vi.fn(),
    setMargin: vi.fn(),
    setOutput: vi.fn(async () => undefined),
    close: vi.fn(),
  };
}

let scope: Scope;
let phases: LivePhase[];
let troubles: Trouble[];
let withdrawn: string[];
let graphs: ReturnType<typeof fakeGraph>[];
let tracks: ReturnType<typeof fakeTrack>[];
let session: LiveSession;

beforeEach(() => {
  vi.resetAllMocks();
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  fakes.clients.length = 0;
  [phases, troubles, withdrawn, graphs, tracks] = [[], [], [], [], []];
  vi.spyOn(LiveGraph, 'open').mockImplementation(async () => {
    graphs.push(fakeGraph());
    return graphs.at(-1) as unknown as LiveGraph;
  });
  vi.mocked(openMicrophone).mockImplementation(async () => {
    const track = fakeTrack();
    tracks.push(track);
    return { getTracks: () => [track], getAudioTracks: () => [track] } as unknown as MediaStream;
  });
  fakes.api.load.mockResolvedValue(STATUS);
  for (const call of ['start', 'adjust', 'calibrate'] as const) fakes.api[call].mockResolvedValue(undefined);
  scope = new Scope();
  session = new LiveSession(scope, SETTINGS, {
    baseUrl: 'http://localhost/models/',
    onPhase: (phase) => phases.push(phase),
    onProgress: () => undefined,
    onTrouble: (trouble) => troubles.push(trouble),
    onWithdrawn: (error) => withdrawn.push(error.message),
  });
});

afterEach(() => scope.dispose());

/** Once every repair that was begun has ended. */
const repaired = () => vi.waitFor(() => expect(session.isRepairing).toBe(false));

describe('starting', () => {
  it('opens microphone, worklets and worker, and joins them', async () => {
    await session.start();
    expect(phases).toEqual(['starting', 'live']);
    expect(graphs[0]!.setMicrophone).toHaveBeenCalledWith(session.stream);
    expect(fakes.api.start).toHaveBeenCalledTimes(1);
    expect(fakes.api.start.mock.calls[0]![1]).toMatchObject({
      voiceId: 'kathleen',
      blockCodes: LIVE_PRESETS.quick.blockCodes,
    });
    await session.start();
    expect(fakes.api.start).toHaveBeenCalledTimes(1);
  });

  it('loads the networks once, and again after a failure', async () => {
    fakes.api.load.mockRejectedValueOnce(new Error('no network'));
    await expect(session.load()).rejects.toThrow('no network');
    expect(fakes.clients[0]!.dispose).toHaveBeenCalled();
    await Promise.all([session.load(), session.load()]);
    expect(fakes.api.load).toHaveBeenCalledTimes(2);
    expect(session.status).toBe(STATUS);
  });

  it('does not measure a device again that it knows', async () => {
    await session.start();
    session.stop();
    await session.start();
    expect(fakes.api.load.mock.calls[0]![0]).not.toHaveProperty('known');
    expect(fakes.api.load.mock.calls[1]![0]).toMatchObject({ known: STATUS });
  });

  it('lays it to the microphone first, and leaves nothing open', async () => {
    vi.mocked(openMicrophone).mockRejectedValue(new Error('no microphone'));
    fakes.api.load.mockRejectedValue(new Error('no network'));
    await expect(session.start()).rejects.toThrow('no microphone');
    expect(phases).toEqual(['starting', 'off']);
    expect(graphs[0]!.close).toHaveBeenCalled();
    expect([session.graph, session.stream]).toEqual([undefined, undefined]);
  });

  it('lets go of a microphone that is allowed only after it was stopped', async () => {
    let allow!: () => void;
    const opened = openMicrophone;
    const open = vi.mocked(opened).getMockImplementation()!;
    const asked = new Promise<void>((resolve) => (allow = resolve));
    vi.mocked(opened).mockImplementation(async (...args) => {
      await asked;
      return open(...args);
    });
    const starting = session.start();
    session.stop();
    allow();
    await starting;
    expect(phases).toEqual(['starting', 'off']);
    expect(tracks[0]!.stop).toHaveBeenCalled();
    expect(graphs[0]!.close).toHaveBeenCalled();
    expect(session.stream).toBeUndefined();
    expect(fakes.api.start).not.toHaveBeenCalled();
  });
});

describe('stopping', () => {
  it.each(['stop', 'the end of its scope'])('frees microphone, graph and worker: %s', async (how) => {
    await session.start();
    if (how === 'stop') session.stop();
    else scope.dispose();
    expect(phases).toEqual(['starting', 'live', 'off']);
    expect(tracks[0]!.stop).toHaveBeenCalled();
    expect(graphs[0]!.close).toHaveBeenCalled();
    expect(fakes.clients[0]!.dispose).toHaveBeenCalled();
  });
});

describe('other settings', () => {
  it('wait for the start while it is off', async () => {
    await session.adjust({ ...SETTINGS, voiceId: 'joe' });
    expect(fakes.api.adjust).not.toHaveBeenCalled();
    await session.start();
    expect(fakes.api.start.mock.calls[0]![1]).toMatchObject({ voiceId: 'joe' });
  });

  it('reach the worker, the graph and the speakers', async () => {
    await session.start();
    await session.adjust({ ...SETTINGS, voiceId: 'joe', preset: 'steady', outputId: 'headphones' });
    expect(fakes.api.adjust.mock.calls[0]![0]).toMatchObject({
      voiceId: 'joe',
      blockCodes: LIVE_PRESETS.steady.blockCodes,
    });
    expect(graphs[0]!.setMargin).toHaveBeenCalledWith(LIVE_PRESETS.steady.marginMs);
    expect(graphs[0]!.setOutput).toHaveBeenCalledWith('headphones');
    expect(tracks).toHaveLength(1);
  });

  it('open another microphone, and nothing else anew', async () => {
    await session.start();
    await session.adjust({ ...SETTINGS, deviceId: 'headset' });
    expect(vi.mocked(openMicrophone).mock.calls.map(([deviceId]) => deviceId)).toEqual([
      undefined,
      'headset',
    ]);
    expect(tracks[0]!.stop).toHaveBeenCalled();
    expect(graphs[0]!.setMicrophone).toHaveBeenLastCalledWith(session.stream);
    expect([graphs.length, fakes.clients.length]).toEqual([1, 1]);
    expect(fakes.api.start).toHaveBeenCalledTimes(1);
    expect(troubles).toEqual(['microphone-chosen']);
  });
});

describe('a repair', () => {
  beforeEach(() => session.start());

  it.each([
    // [graphs, microphones, workers, starts] in all.
    ['microphone-lost', [1, 2, 1, 1]],
    ['microphone-changed', [1, 2, 1, 1]],
    ['context-lost', [2, 1, 1, 2]],
    ['worker-lost', [1, 1, 2, 2]],
  ] as const)('of %s makes anew what is broken, and that alone', async (trouble, made) => {
    fakes.watch.report(trouble);
    expect(session.phase).toBe('recovering');
    await repaired();
    const starts = fakes.api.start.mock.calls.length;
    expect([graphs.length, tracks.length, fakes.clients.length, starts]).toEqual(made);
    expect(phases).toEqual(['starting', 'live', 'recovering', 'live']);
    expect(troubles).toEqual([trouble]);
    if (trouble === 'worker-lost') expect(fakes.clients[0]!.dispose).toHaveBeenCalled();
    if (trouble === 'context-lost') expect(graphs[0]!.close).toHaveBeenCalled();
  });

  it('begins when the microphone’s track ends', async () => {
    tracks[0]!.readyState = 'ended';
    tracks[0]!.dispatchEvent(new Event('ended'));
    await repaired();
    expect(troubles).toEqual(['microphone-lost']);
    expect(tracks).toHaveLength(2);
  });

  it('begins when the worker says that it cannot go on', async () => {
    const fail = fakes.api.start.mock.calls[0]![2] as (failure: LiveFailure) => void;
    fail({ name: 'runtime-failed', message: 'It failed.' });
    await repaired();
    expect(troubles).toEqual(['worker-lost']);
  });

  it('opens a microphone too that ended meanwhile', async () => {
    tracks[0]!.readyState = 'ended';
    await session.repair('worker-lost');
    expect(tracks).toHaveLength(2);
    expect(graphs[0]!.setMicrophone).toHaveBeenLastCalledWith(session.stream);
  });

  it('is the only one at a time', async () => {
    await Promise.all([session.repair('worker-lost'), session.repair('context-lost')]);
    expect(troubles).toEqual(['worker-lost']);
  });

  it('that fails is tried again at the next trouble', async () => {
    vi.mocked(openMicrophone).mockRejectedValueOnce(new Error('unplugged'));
    fakes.watch.report('microphone-lost');
    await repaired();
    expect(session.phase).toBe('recovering');
    fakes.watch.report('microphone-lost');
    await repaired();
    expect(session.phase).toBe('live');
  });

  it('ends when the session is stopped', async () => {
    const repairing = session.repair('context-lost');
    session.stop();
    await repairing;
    expect(session.phase).toBe('off');
    expect(graphs[1]!.close).toHaveBeenCalled();
    expect(fakes.api.start).toHaveBeenCalledTimes(1);
  });

  it('is none where nothing runs', async () => {
    session.stop();
    await session.repair('worker-lost');
    expect(troubles).toEqual([]);
    expect(session.phase).toBe('off');
  });
});

describe('a voice that is revoked or deleted', () => {
  const revoked: LiveFailure = { name: 'consent-revoked', message: 'Permission has been revoked.' };

  it.each(['consent-revoked', 'consent-expired', 'no-voice'])(
    'ends the session at once and is not repaired: %s',
    async (name) => {
      await session.start();
      const fail = fakes.api.start.mock.calls[0]![2] as (failure: LiveFailure) => void;
      fail({ ...revoked, name });
      expect(session.phase).toBe('off');
      expect(graphs[0]!.close).toHaveBeenCalled();
      expect([withdrawn, troubles]).toEqual([[revoked.message], []]);
    },
  );

  it('during a repair ends it', async () => {
    await session.start();
    fakes.api.start.mockRejectedValueOnce(Object.assign(new Error(revoked.message), revoked));
    fakes.watch.report('worker-lost');
    await repaired();
    expect(session.phase).toBe('off');
    expect(withdrawn).toEqual([revoked.message]);
  });
});

describe('the microphone itself', () => {
  it('is heard only while the session is live', async () => {
    session.setBypass(true);
    await session.start();
    session.setBypass(true);
    expect(graphs[0]!.setBypass).toHaveBeenLastCalledWith(true);
    const repairing = session.repair('worker-lost');
    expect(graphs[0]!.setBypass).toHaveBeenLastCalledWith(false);
    session.setBypass(true);
    expect(graphs[0]!.setBypass).toHaveBeenLastCalledWith(false);
    await repairing;
  });
});

describe('measuring the speaker', () => {
  it.each(['measured', 'failed'])('is silent, and not silent any more once it has %s', async (how) => {
    await session.start();
    const { setMuted } = graphs[0]!;
    fakes.api.calibrate.mockImplementation(() => {
      expect(setMuted).toHaveBeenLastCalledWith(true);
      return how === 'measured' ? Promise.resolve('heard') : Promise.reject(new Error('lost'));
    });
    const outcome = await session.calibrate(2).catch(() => 'failed');
    expect(outcome).toBe(how === 'measured' ? 'heard' : 'failed');
    expect(setMuted).toHaveBeenLastCalledWith(false);
  });

  it('stays silent through a repair', async () => {
    await session.start();
    let answer!: (heard: unknown) => void;
    fakes.api.calibrate.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const calibrating = session.calibrate(2);
    await session.repair('context-lost');
    expect(graphs[1]!.setMuted).toHaveBeenLastCalledWith(true);
    answer('heard');
    await calibrating;
    expect(graphs[1]!.setMuted).toHaveBeenLastCalledWith(false);
  });
});
