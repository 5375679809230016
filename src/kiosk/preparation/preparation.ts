import { preloadCapture } from '../../audio/recorder';
import { DISCLAIMERS, loadDisclaimer, type DisclaimerLanguage } from '../../export/disclaimer';
import { prepareExport } from '../../export/export';
import type { Exhibit } from '../../files/exhibit';
import type { AppContext } from '../../services/context';
import { SpareDetector } from '../../services/detection-client';
import type { Scope } from '../../services/scope';
import { loadExcerpt } from '../../ui/recorded/excerpt.svelte';
import { recordedVoice } from '../../ui/recorded/recorded-voices';
import { convertSilence } from './silence';

/** What visits need, loaded before the first one and between them, so that no visit requests anything from a network. */
export class Preparation {
  readonly detector: SpareDetector;
  private readonly notices = new Map<DisclaimerLanguage, Float32Array>();
  private readonly excerpts = new Map<string, HTMLAudioElement>();

  constructor(
    private readonly context: Pick<AppContext, 'converter' | 'ear'>,
    private readonly scope: Scope,
    private readonly exhibit: Exhibit,
  ) {
    this.detector = new SpareDetector(scope);
  }

  /**
   * Loads everything, and runs the networks once, so that the first visitor waits no longer than the next. Rejects as the converter does,
   * and where a file of the app cannot be loaded.
   *
   * `voiceId`: of a voice to run them with, read once the voices are known.
   */
  async load(voiceId: () => string | undefined): Promise<void> {
    const { converter, ear } = this.context;
    await Promise.all([
      preloadCapture(),
      this.detector.prepare(),
      this.loadNotices(),
      this.loadExcerpts(),
      prepareExport(),
    ]);
    await converter.load();
    await ear.refresh();
    await ear.offer();
    const id = voiceId();
    if (id) await convertSilence(converter, id, this.scope);
  }

  /** After a visit. `voiceId`: of the voice that it converted to, whose networks then hold nothing of what was said. */
  async loadAgain(voiceId: string | undefined): Promise<void> {
    await this.detector.prepare();
    if (voiceId) await convertSilence(this.context.converter, voiceId, this.scope);
  }

  /** The spoken notice before playback, mono at 24 kHz; undefined where the exhibit wants none, or there is none in the language. */
  notice(locale: string): Float32Array | undefined {
    return this.notices.get(locale as DisclaimerLanguage);
  }

  /** The player of the voice's authentic excerpt, for which nothing is requested; undefined until it is loaded. */
  excerpt(voiceId: string): HTMLAudioElement | undefined {
    return this.excerpts.get(voiceId);
  }

  private async loadExcerpts(): Promise<void> {
    const recorded = this.exhibit.voices.flatMap(({ id }) => recordedVoice(id) ?? []);
    await Promise.all(
      recorded.map(async ({ id, excerpt }) => this.excerpts.set(id, await loadExcerpt(excerpt))),
    );
  }

  private async loadNotices(): Promise<void> {
    if (!this.exhibit.noticeBeforePlayback) return;
    const spoken = this.exhibit.languages.filter((locale) => locale in DISCLAIMERS) as DisclaimerLanguage[];
    await Promise.all(spoken.map(async (locale) => this.notices.set(locale, await loadDisclaimer(locale))));
  }
}
