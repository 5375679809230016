import { deleteDB } from 'idb';
import { vi } from 'vitest';
import { DEFAULT_CONTROLS, type VoiceSummary } from '../../src/engine/types';
import type { AppContext } from '../../src/services/context';
import { Notices } from '../../src/services/notices.svelte';
import { Preferences } from '../../src/services/preferences.svelte';
import { Scope } from '../../src/services/scope';
import { Work } from '../../src/services/work.svelte';
import { closeDatabase } from '../../src/store/db';
import { sealed } from './provenance/records';

/** Fakes the browser globals that the state of a page needs, with an empty store. */
export async function openBrowser(): Promise<void> {
  vi.resetAllMocks();
  await closeDatabase();
  await deleteDB('understudy');
  const data = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => data.get(name) ?? null,
    setItem: (name: string, value: string) => void data.set(name, value),
  });
  vi.stubGlobal('navigator', { languages: ['en'] });
  vi.stubGlobal('document', Object.assign(new EventTarget(), { baseURI: 'http://localhost/' }));
  vi.stubGlobal('requestAnimationFrame', () => 0);
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  // `Notices.fail` also logs the error.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
}

export function voice(changes: Partial<VoiceSummary> = {}): VoiceSummary {
  return {
    id: 'kathleen',
    name: 'Kathleen',
    language: 'en',
    description: '',
    licence: '',
    origin: '',
    preview: '',
    isOwn: false,
    consent: sealed(),
    data: ['d'.repeat(64)],
    isRevoked: false,
    hasRecordedSound: false,
    ...changes,
  };
}

/** A ConversionClient with loaded voices; tests replace `convert`. */
export function fakeConverter(voices: VoiceSummary[] = [voice()]) {
  const status = { backend: 'wasm' as const, rtf: { wasm: 0.1 }, threads: 1, voices };
  return {
    status,
    load: vi.fn(async () => status),
    convert: vi.fn<AppContext['converter']['convert']>(async ({ samples }) => ({
      samples: Float32Array.from(samples, (x) => x / 2),
      sampleRateHz: 24000,
      seconds: samples.length / 24000,
      rtf: 0.25,
      backend: 'wasm',
      ear: 'small',
      isDenoised: false,
      consent: voices[0]!.consent!,
      voiceData: [...voices[0]!.data],
    })),
    refreshVoices: vi.fn(async () => undefined),
    openVoiceFile: vi.fn(async () => voices[0]!),
  };
}

/** The context that the shell passes to a page, with a fake converter. */
export function pageContext(converter: ReturnType<typeof fakeConverter> = fakeConverter()) {
  const scope = new Scope();
  const preferences = new Preferences();
  preferences.controls = { ...DEFAULT_CONTROLS, pitchShiftSt: 3 };
  const ear = { choice: 'auto' as const, offer: vi.fn(async () => undefined) };
  const work = new Work();
  const context = {
    ...{ scope, converter, ear, preferences, work },
    notices: new Notices(),
  } as unknown as AppContext;
  return { context, converter, ear, scope, notices: context.notices, preferences, work };
}
