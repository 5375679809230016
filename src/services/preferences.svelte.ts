import type { VoiceSummary } from '../engine/types';
import {
  applyChange,
  loadSettings,
  saveSettings,
  type Settings,
  type SettingsChange,
} from '../store/settings';
import { language, languageOfBrowser } from './locale.svelte';

/** The settings as the pages use them. Every change is saved immediately. */
export class Preferences {
  private settings = $state.raw<Settings>(loadSettings());

  constructor() {
    this.speak();
  }

  get language() {
    return this.settings.language;
  }

  set language(language: Settings['language']) {
    this.change({ language });
  }

  get theme() {
    return this.settings.theme;
  }

  set theme(theme: Settings['theme']) {
    this.change({ theme });
  }

  get singleKeys() {
    return this.settings.singleKeys;
  }

  set singleKeys(singleKeys: Settings['singleKeys']) {
    this.change({ singleKeys });
  }

  get deviceId() {
    return this.settings.deviceId;
  }

  set deviceId(deviceId: string) {
    this.change({ deviceId });
  }

  get voiceId() {
    return this.settings.voiceId;
  }

  set voiceId(voiceId: string) {
    this.change({ voiceId });
  }

  /** Chooses the first voice that may be used, unless the chosen one is among them; none of no voices. */
  chooseUsable(voices: readonly VoiceSummary[]): void {
    const usable = voices.filter((voice) => !voice.isRevoked);
    if (usable.length > 0 && !usable.some((voice) => voice.id === this.voiceId)) this.voiceId = usable[0]!.id;
  }

  get ear() {
    return this.settings.ear;
  }

  set ear(ear: Settings['ear']) {
    this.change({ ear });
  }

  get format() {
    return this.settings.format;
  }

  set format(format: Settings['format']) {
    this.change({ format });
  }

  get disclaimer() {
    return this.settings.disclaimer;
  }

  set disclaimer(disclaimer: Settings['disclaimer']) {
    this.change({ disclaimer });
  }

  get controls() {
    return this.settings.controls;
  }

  set controls(controls: Settings['controls']) {
    this.change({ controls });
  }

  get live() {
    return this.settings.live;
  }

  changeLive(live: Partial<Settings['live']>): void {
    this.change({ live });
  }

  /** Replaces all settings, for example with those of an imported archive. */
  adopt(settings: Settings): void {
    this.change(settings);
  }

  /** Takes over what is stored, which has been deleted: the defaults. */
  reload(): void {
    this.settings = loadSettings();
    this.speak();
  }

  private change(part: SettingsChange): void {
    this.settings = applyChange(this.settings, part);
    saveSettings(part);
    this.speak();
  }

  private speak(): void {
    language.user = this.language === 'auto' ? languageOfBrowser() : this.language;
  }
}
