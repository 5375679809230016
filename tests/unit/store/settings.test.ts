import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { Preferences } from '../../../src/services/preferences.svelte';
import { loadSettings, saveSettings } from '../../../src/store/settings';

const DEFAULTS = {
  language: 'auto',
  theme: 'system',
  singleKeys: true,
  deviceId: '',
  voiceId: 'kathleen',
  ear: 'auto',
  format: 'wav',
  disclaimer: 'none',
  live: {
    profile: null,
    gateDb: null,
    gates: true,
    follows: true,
    outputId: '',
    preset: 'quick',
  },
  controls: DEFAULT_CONTROLS,
};

function storage(text: string | null) {
  const data = new Map(text === null ? [] : [['understudy-settings', text]]);
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => data.get(key) ?? null,
    setItem: (key: string, value: string) => void data.set(key, value),
  });
}

afterEach(() => vi.unstubAllGlobals());

describe('settings', () => {
  it('are loaded as they were saved', () => {
    storage(null);
    expect(loadSettings()).toEqual(DEFAULTS);
    const changed = {
      ...loadSettings(),
      theme: 'dark',
      controls: { ...DEFAULT_CONTROLS, intonation: 0.5 },
    } as const;
    saveSettings(changed);
    expect(loadSettings()).toEqual(changed);
  });

  it('that two tabs change are both kept, also those of Live', () => {
    storage(null);
    const [mine, other] = [new Preferences(), new Preferences()];
    mine.theme = 'dark';
    other.format = 'mp3';
    mine.changeLive({ preset: 'steady' });
    other.changeLive({ outputId: 'speakers' });
    expect(loadSettings()).toEqual({
      ...DEFAULTS,
      theme: 'dark',
      format: 'mp3',
      live: { ...DEFAULTS.live, preset: 'steady', outputId: 'speakers' },
    });
    expect([mine.live.preset, other.live.outputId]).toEqual(['steady', 'speakers']);
  });

  it('turn shortcuts with a single key off for good', () => {
    storage(null);
    new Preferences().singleKeys = false;
    expect(new Preferences().singleKeys).toBe(false);
  });

  it.each([
    ['not JSON {'],
    ['null'],
    ['42'],
    ['[]'],
    [JSON.stringify({ theme: 'pink', controls: { intonation: -9 } })],
  ])('fall back where they are damaged: %s', (text) => {
    storage(text);
    expect(loadSettings()).toEqual(DEFAULTS);
  });

  it('keep valid values beside damaged ones', () => {
    storage(JSON.stringify({ theme: 'pink', voiceId: 'joe' }));
    expect(loadSettings()).toEqual({ ...DEFAULTS, voiceId: 'joe' });
  });

  it('last for the visit without storage', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new DOMException('no', 'SecurityError');
      },
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    });
    expect(loadSettings()).toEqual(DEFAULTS);
    expect(() => saveSettings(loadSettings())).not.toThrow();
  });
});
