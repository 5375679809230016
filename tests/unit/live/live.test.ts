import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { m } from '../../../src/text/messages';
import { DEFAULT_CONTROLS, type VoiceSummary } from '../../../src/engine/types';
import { LivePage } from '../../../src/live/live.svelte';
import type { LivePhase, LiveStatus } from '../../../src/realtime/live-types';
import type { SessionOptions } from '../../../src/realtime/session/live-session';
import { LiveStats } from '../../../src/realtime/live-stats';
import { totalMs } from '../../../src/realtime/session/delay';
import { conditionBits } from '../../../src/engine/analysis/conditions';
import { FEEDBACK_SCORE } from '../../../src/realtime/worker/feedback';
import type { LiveTake } from '../../../src/realtime/session/take-recording';
import { database } from '../../../src/store/db';
import { listTakes, loadTake } from '../../../src/store/takes';
import { fakeConverter, openBrowser, pageContext, voice } from '../page';
import { sealed } from '../provenance/records';

const fakes = vi.hoisted(() => {
  /** The session of the page and the recordings it started. */
  const made = { session: undefined as unknown, recordings: [] as TakeRecording[] };
  class LiveSession {
    phase = 'off';
    status: unknown;
    graph: unknown;
    stream = undefined;
    api = {};
    readonly adjust = async () => undefined;
    constructor(
      _scope: unknown,
      _settings: unknown,
      readonly options: unknown,
    ) {
      made.session = this;
    }
    async load() {
      return this.status;
    }
    enter(phase: string) {
      this.phase = phase;
      (this.options as { onPhase(phase: string): void }).onPhase(phase);
    }
    async start() {
      this.enter('live');
    }
    stop() {
      this.enter('off');
    }
  }
  class TakeRecording {
    seconds = 1;
    take: unknown;
    private finish!: (take: unknown) => void;
    readonly done = new Promise((resolve) => (this.finish = resolve));
    constructor(
      _api: unknown,
      _rate: unknown,
      readonly onBlock: (block: unknown) => void,
    ) {
      made.recordings.push(this);
    }
    end(why = 'asked') {
      this.finish({ why, ...(this.take as object) });
    }
    cut() {
      this.end();
    }
  }
  return { made, LiveSession, TakeRecording, measureLoopback: vi.fn(async () => null as number | null) };
});

vi.mock('../../../src/realtime/session/live-session', () => ({ LiveSession: fakes.LiveSession }));
vi.mock('../../../src/realtime/session/take-recording', () => ({ TakeRecording: fakes.TakeRecording }));
vi.mock('../../../src/realtime/session/loopback', () => ({ measureLoopback: fakes.measureLoopback }));
vi.mock('../../../src/realtime/session/live-graph', () => ({ LiveGraph: { canChooseOutput: false } }));

interface FakeSession {
  status: LiveStatus | undefined;
  graph: {
    context: { sampleRate: number };
    stats: LiveStats;
    outputLatencyMs: number;
    setMuted: (isMuted: boolean) => void;
  };
  phase: LivePhase;
  options: SessionOptions;
  enter(phase: LivePhase): void;
}

const spoken: Omit<LiveTake, 'why'> = {
  source: { samples: Float32Array.of(0.1, 0.2, 0.3, 0.4), sampleRateHz: 48000 },
  output: { samples: Float32Array.of(0.2, 0.1), sampleRateHz: 24000 },
};
const joe = voice({ id: 'joe', name: 'Joe', consent: sealed({ revocationContact: 'joe@example.test' }) });

let stats: LiveStats;

beforeEach(async () => {
  await openBrowser();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  fakes.made.recordings.length = 0;
  stats = new LiveStats();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function goLive(voices: VoiceSummary[] = [voice(), joe]) {
  const { context, scope, notices, preferences, work } = pageContext(fakeConverter());
  const page = new LivePage(context, scope);
  const session = fakes.made.session as FakeSession;
  session.status = { backend: 'webgpu', voices, load: { smallest: 0.2, largest: 0.1 } };
  session.graph = { context: { sampleRate: 48000 }, stats, outputLatencyMs: 0, setMuted: () => undefined };
  await page.toggle();
  return { page, session, scope, notices, preferences, work };
}

const kept = async (count: number) => {
  await vi.waitFor(async () => expect(await listTakes()).toHaveLength(count));
  return Promise.all((await listTakes()).map(({ id }) => loadTake(id)));
};

/** Records a take and ends it. */
async function record(page: LivePage, take = spoken): Promise<void> {
  await page.toggleTake();
  fakes.made.recordings.at(-1)!.take = take;
  await page.toggleTake();
}

describe('a take of the live page', () => {
  it('is saved with the consent record at the time of the recording, and without a speed', async () => {
    const { page, session, notices } = await goLive();
    stats.set('load', 0.4);
    await page.toggleTake();
    fakes.made.recordings[0]!.take = spoken;
    // The voice is deleted in the meantime.
    session.status = { ...session.status!, voices: [joe] };
    await page.toggleTake();
    const [take] = await kept(1);
    expect(take).toMatchObject({ name: expect.stringMatching(/^Live, /) as string, source: spoken.source });
    expect(take!.output).toEqual({
      ...spoken.output,
      voiceId: 'kathleen',
      voiceName: 'Kathleen',
      controls: { ...DEFAULT_CONTROLS, pitchShiftSt: 3 },
      backend: 'webgpu',
      consent: sealed(),
      voiceData: voice().data,
    });
    await vi.waitFor(() => expect(notices.announcement).toMatch(/take is saved/));
  });

  it('ends when the voice changes; each take has the record of its own voice', async () => {
    const { page, preferences } = await goLive();
    await page.toggleTake();
    fakes.made.recordings[0]!.take = spoken;
    await page.apply();
    expect(fakes.made.recordings).toHaveLength(1);
    preferences.voiceId = 'joe';
    await page.apply();
    expect(fakes.made.recordings).toHaveLength(2);
    fakes.made.recordings[1]!.take = spoken;
    await page.stop();
    const takes = await kept(2);
    const records = Object.fromEntries(takes.map(({ output }) => [output!.voiceId, output!.consent]));
    expect(records).toEqual({ kathleen: sealed(), joe: joe.consent });
  });

  it('is not saved when it has no output', async () => {
    const { page } = await goLive();
    await record(page, { ...spoken, output: { samples: new Float32Array(0), sampleRateHz: 24000 } });
    expect(page.takeSeconds).toBeNull();
    await record(page);
    expect(await kept(1)).toHaveLength(1);
  });

  it('ends and is saved when something goes wrong', async () => {
    const { page, session } = await goLive();
    await page.toggleTake();
    fakes.made.recordings[0]!.take = spoken;
    session.options.onTrouble('worker-lost');
    await kept(1);
    expect(page.takeSeconds).toBeNull();
  });

  it('can be saved again when the disk is full', async () => {
    const { page, notices } = await goLive();
    const full = vi
      .spyOn(await database(), 'put')
      .mockImplementation(() => Promise.reject(new DOMException('full', 'QuotaExceededError')));
    await record(page);
    await vi.waitFor(() => expect(notices.list).toMatchObject([{ action: { label: m.studio_save_again } }]));
    full.mockRestore();
    notices.list[0]!.action!.run();
    expect((await kept(1))[0]!.output!.consent).toEqual(sealed());
  });

  it('starts only while the page is live', async () => {
    const { page } = await goLive();
    await page.stop();
    await page.toggleTake();
    expect(fakes.made.recordings).toEqual([]);
  });
});

describe('a take that the user does not end', () => {
  const rate = { input: 48000, output: 24000 };
  const block = (seconds: number) => ({
    input: new Float32Array(seconds * rate.input).fill(0.25),
    output: new Float32Array(seconds * rate.output).fill(0.5),
  });
  const taken = (seconds: number) => ({
    source: { samples: block(seconds).input, sampleRateHz: rate.input },
    output: { samples: block(seconds).output, sampleRateHz: rate.output },
  });

  it('is in the store while it is recorded; ending it writes the row alone', async () => {
    const { page } = await goLive();
    await page.toggleTake();
    const recording = fakes.made.recordings[0]!;
    recording.onBlock(block(1));
    await vi.waitFor(async () => expect(await (await database()).getAll('drafts')).toHaveLength(1));
    const [draft] = await (await database()).getAll('drafts');
    expect(draft).toMatchObject({
      source: { samples: rate.input },
      output: { samples: rate.output, about: { voiceId: 'kathleen', consent: sealed() } },
    });
    const write = vi.spyOn(await database(), 'put');
    recording.take = taken(1);
    await page.toggleTake();
    const [take] = await kept(1);
    expect(write).not.toHaveBeenCalled();
    expect(take).toMatchObject(taken(1));
    expect(await (await database()).count('drafts')).toBe(0);
  });

  it('because the graphics processor is lost is saved with a word and a link', async () => {
    const { page, notices } = await goLive();
    await page.toggleTake();
    const recording = fakes.made.recordings[0]!;
    recording.take = taken(2);
    recording.end('lost');
    const [take] = await kept(1);
    await vi.waitFor(() => expect(notices.list).toHaveLength(1));
    expect(notices.list[0]!.text).toMatch(
      /graphics processor is lost.*recording was ended.*0:02 long, is saved/,
    );
    vi.stubGlobal('location', { hash: '' });
    notices.list[0]!.action!.run();
    expect(location.hash).toBe(`#/studio/${take!.id}`);
  });

  it('because the page is left is saved, the session ends, and both are said', async () => {
    const { page, session, notices, work } = await goLive();
    await page.toggleTake();
    expect(work.isLossy).toBe(true);
    fakes.made.recordings[0]!.take = taken(1);
    await page.leave();
    await kept(1);
    expect(session.phase).toBe('off');
    expect(notices.list).toMatchObject([
      {
        text: expect.stringMatching(
          /You left the live page, so the session was ended.*0:01 long, is saved/,
        ) as string,
      },
    ]);
    expect(work.tasks).toEqual([]);
  });
});

describe('leaving the page', () => {
  it('ends a running session and says so, and is silent without one', async () => {
    const { page, session, notices } = await goLive();
    expect(notices.announcement).toBe('You are live.');
    await page.leave();
    expect(session.phase).toBe('off');
    expect(notices.announcement).toBe('You are not live any more.');
    expect(notices.list).toMatchObject([{ text: expect.stringMatching(/You left the live page/) as string }]);
    const { page: other, notices: none } = await goLive();
    await other.stop();
    await other.leave();
    expect(none.list).toEqual([]);
  });
});

describe('a muted microphone', () => {
  it('is named within three seconds, until it is heard', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const { page: muted } = await goLive();
    stats.set('inputPeak', 0.0007);
    vi.advanceTimersByTime(2900);
    expect(muted.silence).toBe('almost');
    stats.set('inputPeak', 0);
    vi.advanceTimersByTime(2900);
    expect(muted.silence).toBe('digital');
    stats.set('inputPeak', 0.2);
    vi.advanceTimersByTime(200);
    expect(muted.silence).toBe('none');
  });
});

describe('feedback', () => {
  it('is reported after three seconds of it, not after one peak', async () => {
    const { page } = await goLive();
    stats.set('feedback', FEEDBACK_SCORE);
    vi.advanceTimersByTime(2900);
    expect(page.hasFeedback).toBe(false);
    stats.set('feedback', 0);
    vi.advanceTimersByTime(80);
    stats.set('feedback', FEEDBACK_SCORE);
    vi.advanceTimersByTime(2900);
    expect(page.hasFeedback).toBe(false);
    vi.advanceTimersByTime(200);
    expect(page.hasFeedback).toBe(true);
  });
});

describe('what is heard', () => {
  it('follows the statistics of the session', async () => {
    const { page, session } = await goLive();
    stats.set('heard', conditionBits(['hum', 'hall']));
    vi.advanceTimersByTime(100);
    expect(page.heard).toEqual(['hall', 'hum']);
    session.enter('off');
    expect(page.heard).toEqual([]);
  });
});

describe('the delay', () => {
  const headset = { kind: 'audioinput', deviceId: 'default', groupId: 'headset', label: 'Default' };
  const speakers = { kind: 'audiooutput', deviceId: 'default', groupId: 'speakers', label: 'Default' };
  let mediaDevices: EventTarget;
  let devices: object[];

  beforeEach(() => {
    devices = [headset, speakers];
    mediaDevices = Object.assign(new EventTarget(), { enumerateDevices: async () => devices });
    vi.stubGlobal('navigator', { languages: ['en'], mediaDevices });
    fakes.measureLoopback.mockResolvedValue(62);
    stats.set('delayMs', 120);
  });

  /** Live, after the devices were measured. */
  async function measured() {
    const opened = await goLive();
    await opened.page.stop();
    await opened.page.measureDevices();
    await opened.page.toggle();
    vi.advanceTimersByTime(100);
    return { ...opened, total: () => (vi.advanceTimersByTime(100), totalMs(opened.page.delay!)) };
  }

  it('is what the browser reports until the devices are measured, then what the chirp measured', async () => {
    const { page, session } = await goLive();
    session.graph.outputLatencyMs = 30;
    vi.advanceTimersByTime(100);
    expect(totalMs(page.delay!)).toBe(150);
    const { total } = await measured();
    expect(total()).toBe(182);
  });

  it('counts the measurement no longer once other speakers or another microphone are chosen', async () => {
    const { page, preferences, total } = await measured();
    page.checkDevices();
    expect(total()).toBe(182);
    preferences.changeLive({ outputId: 'other' });
    page.checkDevices();
    expect(total()).toBe(120);
    expect(page.measurement.result).toBe('changed');
    preferences.changeLive({ outputId: '' });
    page.checkDevices();
    expect(page.measurement.result).toBe('changed');
    await page.measureDevices();
    preferences.deviceId = 'other';
    page.checkDevices();
    expect(page.measurement.result).toBe('changed');
  });

  it('counts it no longer once the default device is another one, but does where nothing changed', async () => {
    const { page, total } = await measured();
    mediaDevices.dispatchEvent(new Event('devicechange'));
    await vi.waitFor(() => expect(page.inputs).toHaveLength(1));
    expect(total()).toBe(182);
    devices = [headset, { ...speakers, groupId: 'bluetooth' }];
    mediaDevices.dispatchEvent(new Event('devicechange'));
    await vi.waitFor(() => expect(page.measurement.result).toBe('changed'));
    expect(total()).toBe(120);
  });

  it.each(['context-lost', 'microphone-lost', 'microphone-changed'] as const)(
    'counts it no longer after %s',
    async (trouble) => {
      const { session, page, total } = await measured();
      session.options.onTrouble('worker-lost');
      expect(total()).toBe(182);
      session.options.onTrouble(trouble);
      expect(page.measurement.result).toBe('changed');
    },
  );

  it('counts nothing where the chirp was not detected', async () => {
    fakes.measureLoopback.mockResolvedValue(null);
    const { total } = await measured();
    expect(total()).toBe(120);
  });
});
