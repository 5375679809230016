import * as v from 'valibot';
import { DEFAULT_CONTROLS, SOUNDS } from '../engine/types';
import { LOCALES } from '../files/exhibit/locales';

/** Where they are in localStorage. */
export const SETTINGS_KEY = 'understudy-settings';
const VERSION = 1;

const between = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high));

const LIVE_DEFAULTS = {
  outputId: '',
  preset: 'quick' as const,
  follows: true,
  gates: true,
  gateDb: null,
  profile: null,
};

/** A damaged setting falls back to its default; the others are kept. */
export const settingsSchema = v.object({
  /** Of the texts; 'auto' for the first of the browser's that there is. */
  language: v.fallback(v.picklist(['auto', ...LOCALES]), 'auto'),
  theme: v.fallback(v.picklist(['system', 'light', 'dark']), 'system'),
  /** Whether single characters are shortcuts: `?`, and letters. */
  singleKeys: v.fallback(v.boolean(), true),
  deviceId: v.fallback(v.string(), ''),
  voiceId: v.fallback(v.string(), 'kathleen'),
  /** Whether the ear is fetched and used. */
  ear: v.fallback(v.picklist(['auto', 'off']), 'auto'),
  format: v.fallback(v.picklist(['wav', 'mp3', 'm4a', 'opus']), 'wav'),
  /** Language of the spoken disclaimer at the start of exported files. */
  disclaimer: v.fallback(v.picklist(['none', 'en', 'de', 'nl', 'fr']), 'none'),
  controls: v.fallback(
    v.object({
      pitchShiftSt: between(-24, 24),
      autoPitch: v.boolean(),
      formantRatio: between(0.7, 1.4),
      intonation: between(0, 4),
      unvoicedLevelDb: between(-24, 12),
      sound: v.optional(v.picklist(SOUNDS), DEFAULT_CONTROLS.sound),
    }),
    DEFAULT_CONTROLS,
  ),
  live: v.fallback(
    v.object({
      outputId: v.string(),
      preset: v.picklist(['quick', 'balanced', 'steady']),
      /** Whether the profile is updated while the speaker speaks. */
      follows: v.boolean(),
      gates: v.boolean(),
      /** Results of the last calibration: threshold of the gate, and profile of the speaker. */
      gateDb: v.nullable(between(-100, 0)),
      profile: v.nullable(
        v.object({
          medianF0Hz: between(0, 1000),
          speechLevelDb: between(-100, 0),
          noiseDb: v.optional(between(-100, 0)),
        }),
      ),
    }),
    LIVE_DEFAULTS,
  ),
});

export type Settings = v.InferOutput<typeof settingsSchema>;

/** Settings of this device; defaults where none are stored or readable. */
export function loadSettings(): Settings {
  return v.parse(settingsSchema, readStored());
}

export type SettingsChange = Partial<Omit<Settings, 'live'>> & { live?: Partial<Settings['live']> };

/** Saves these settings beside the others as they stand, which another tab may have changed. Without storage they last for this visit. */
export function saveSettings(change: SettingsChange): void {
  try {
    const changed = applyChange(loadSettings(), change);
    localStorage.setItem(SETTINGS_KEY, JSON.stringify({ ...changed, version: VERSION }));
  } catch {
    // Private window or full device: the settings are not remembered.
  }
}

export function applyChange(settings: Settings, { live, ...change }: SettingsChange): Settings {
  return { ...settings, ...change, live: { ...settings.live, ...live } };
}

function readStored(): object {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(SETTINGS_KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? stored : {};
  } catch {
    return {};
  }
}
