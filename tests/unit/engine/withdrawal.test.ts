import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Converter, type Library } from '../../../src/engine/converter';
import { DEFAULT_CONTROLS, type ConvertProgress } from '../../../src/engine/types';
import { PublishedFiles } from '../../../src/files/published';
import { VoiceCatalogue } from '../../../src/files/voice-catalogue';
import { writeVoiceFile } from '../../../src/files/voice-file';
import { createSigningKey } from '../../../src/provenance';
import type { LiveFailure, LiveLink, LiveSettings } from '../../../src/realtime/live-types';
import { LiveStats } from '../../../src/realtime/live-stats';
import { Live } from '../../../src/realtime/worker/live';
import { sealed } from '../provenance/records';
import { fakeNetworks, fakeVoice } from './fake-networks';
import { sine } from './helpers';

vi.mock('../../../src/engine/backends/ort', () => ({}));

const BASE = 'https://example.test/models/';
const NETWORK = { bytes: new ArrayBuffer(0), sha256: 'a', stateShapes: [], lookAheadFrames: 1 };
const DAY_MS = 86_400_000;
/** Noon of the last day of `consent`. Later in each test, since the clock of the app does not go back. */
let lastDay = new Date('2031-01-01T12:00:00Z');
let consent = sealed();
const SETTINGS: LiveSettings = {
  voiceId: 'own-a',
  controls: DEFAULT_CONTROLS,
  profile: { medianF0Hz: 120, speechLevelDb: -20 },
  follows: false,
  gateDb: null,
  blockCodes: 1,
};

/** The store of this device as another tab changes it. */
const store = {
  voices: new Map<string, Blob>(),
  revoked: new Set<string>(),
  handlers: new Set<() => void>(),
};

const WITHDRAWALS: [string, string, () => void][] = [
  ['revoked', 'consent-revoked', () => store.revoked.add(consent.sha256)],
  ['deleted', 'no-voice', () => store.voices.clear()],
  ['expired', 'consent-expired', () => vi.setSystemTime(lastDay.getTime() + 2 * DAY_MS)],
];

beforeEach(async () => {
  lastDay = new Date(lastDay.getTime() + 10 * DAY_MS);
  vi.useFakeTimers({ toFake: ['Date'], now: lastDay });
  consent = sealed({ until: lastDay.toISOString().slice(0, 10) });
  const about = { id: 'own-a', name: 'A', language: '', description: '', createdAt: 0 };
  const parts = { about, voice: fakeVoice(), sealed: consent, preview: null };
  const file = new Blob([await writeVoiceFile(parts, await createSigningKey())]);
  store.voices = new Map([['own-a', file]]);
  store.revoked.clear();
});

afterEach(() => {
  vi.useRealTimers();
  expect(store.handlers.size).toBe(0);
});

async function converter(): Promise<Converter> {
  const nothing = new PublishedFiles(
    { version: 2, sampleRateHz: 24000, analysisRateHz: 16000, hopSamples: 240, files: [] },
    new Map(),
  );
  const voices = new VoiceCatalogue(BASE, nothing, {
    list: async () => [],
    read: async (id) => store.voices.get(id),
    has: async (id) => store.voices.has(id),
    revoked: async () => store.revoked,
    onChange(handler) {
      store.handlers.add(handler);
      return () => store.handlers.delete(handler);
    },
  });
  const library: Library = {
    load: async () => ({ networks: { content: NETWORK, generator: NETWORK }, voices }),
    readNote: async () => undefined,
    writeNote: async () => undefined,
  };
  const opened = { backend: 'wasm' as const, networks: fakeNetworks(), dispose: async () => undefined };
  const made = new Converter(
    async () => library,
    () => ({ wasm: async () => opened, webgpu: async () => undefined }),
  );
  await made.load({ baseUrl: BASE, backend: 'wasm' }, () => undefined);
  return made;
}

describe.each(WITHDRAWALS)('a voice that is %s in another tab', (_, code, withdraw) => {
  it('ends a running conversion', async () => {
    const samples = sine(120, 16000, 20, 0.1);
    const done: number[] = [];
    const onProgress = ({ secondsDone }: ConvertProgress) => {
      done.push(secondsDone);
      if (done.length > 1) return;
      withdraw();
      for (const handler of store.handlers) handler();
    };
    const converting = (await converter()).convert(
      'j',
      samples,
      16000,
      'own-a',
      DEFAULT_CONTROLS,
      onProgress,
    );
    await expect(converting).rejects.toMatchObject({ name: code });
    expect(done.at(-1)).toBeLessThan(20);
  });

  it('gives no result of a conversion that was nearly done', async () => {
    const samples = sine(120, 16000, 1, 0.1);
    const converting = (await converter()).convert('j', samples, 16000, 'own-a', DEFAULT_CONTROLS, withdraw);
    await expect(converting).rejects.toMatchObject({ name: code });
  });

  it('is silent in a live session within a second', async () => {
    const live = new Live(await converter());
    let writtenMs = 0;
    const sound = sine(120, 48000, 0.02, 0.1);
    const link: LiveLink = {
      sampleRateHz: 48000,
      source: {
        available: sound.length,
        wait: () => new Promise((resolve) => setTimeout(resolve, 5)),
        read: (into) => into.set(sound.subarray(0, into.length)),
        skip: () => undefined,
      },
      write: () => void (writtenMs = performance.now()),
      meters: new LiveStats(),
      close: () => undefined,
    };
    const failing = new Promise<LiveFailure>((resolve) => void live.start(link, SETTINGS, resolve));
    await vi.waitFor(() => expect(writtenMs).toBeGreaterThan(0), 30_000);
    const withdrawnMs = performance.now();
    withdraw();
    expect(await failing).toMatchObject({ name: code, message: expect.stringContaining('safe') as string });
    expect(writtenMs - withdrawnMs).toBeLessThan(1000);
    expect(performance.now() - withdrawnMs).toBeLessThan(1000);
    await live.stop();
  });
});
