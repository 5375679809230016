import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Converter } from '../../../src/engine/converter';
import { DEFAULT_CONTROLS, type ConvertProgress } from '../../../src/engine/types';
import { VoiceCatalogue } from '../../../src/files/voice-catalogue';
import { writeVoiceFile } from '../../../src/files/voice-file';
import { createSigningKey } from '../../../src/provenance';
import type { LiveFailure, LiveLink, LiveSettings } from '../../../src/realtime/live-types';
import { LiveStats } from '../../../src/realtime/live-stats';
import { Live } from '../../../src/realtime/worker/live';
import { sealed } from '../provenance/records';
import { fakeVoice } from './fake-networks';
import { sine } from './helpers';
import { BASE, loadedConverter, NOTHING } from './loaded-converter';

vi.mock('../../../src/engine/backends/ort', () => ({}));

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

function converter(): Promise<Converter> {
  const voices = new VoiceCatalogue(BASE, NOTHING, {
    list: async () => [],
    read: async (id) => store.voices.get(id),
    has: async (id) => store.voices.has(id),
    revoked: async () => store.revoked,
    onChange(handler) {
      store.handlers.add(handler);
      return () => store.handlers.delete(handler);
    },
  });
  return loadedConverter(voices);
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
