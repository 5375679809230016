import type { Side } from '../audio/ab-player';
import type { Exhibit } from '../files/exhibit';
import type { DisclaimerLanguage } from '../export/disclaimer';
import { DISCLAIMERS } from '../export/disclaimer';
import type { AppContext } from '../services/context';
import { language } from '../services/locale.svelte';
import { isCancelled } from '../services/messages';
import type { Scope } from '../services/scope';
import { offeredVoices, type OfferedVoice } from './exhibit-voices';
import { isUnclear } from './guidance';
import { KioskMicrophone, type Spoken } from './kiosk-microphone.svelte';
import { KioskNotices, problemOf } from './problems';
import { convertSilence } from './silence';
import { Visit, type Ending, type Problem, type Screen } from './visit.svelte';
import { VisitorSound } from './visitor-sound.svelte';

/** What happened, without anything about the visitor: for the counters of the staff. */
export type KioskEvent =
  | { kind: 'visit' }
  | { kind: 'conversion'; voiceId: string }
  | { kind: 'ending'; ending: Ending; last: Screen }
  | { kind: 'error'; problem: Problem | 'mark' | 'file'; error: unknown };

export interface GuideOptions {
  exhibit: Exhibit;
  onEvent: (event: KioskEvent) => void;
}

/** What belongs to one visitor, all of it owned by one scope. */
interface Visitor {
  scope: Scope;
  sound: VisitorSound;
  microphone: KioskMicrophone;
}

const QUIETER_BY = 0.1;
const LEAST_VOLUME = 0.1;

/** Leads visitors through their visits: what the buttons of the screens do. */
export class Guide {
  readonly visit: Visit;
  /** The visitor of now; null between visits. */
  visitor = $state.raw<Visitor | null>(null);
  voice = $state.raw<OfferedVoice | null>(null);
  volume = $state(1);
  prompt = $state(0);
  /** Share of the search for the mark that is done, 0..1; null while it is not searched for. */
  searched = $state<number | null>(null);
  /** Whether what the visitor said last could hardly be made out. */
  isUnclear = $state(false);
  /** How the file that the visitor takes along stands; null before it is asked for. */
  saved = $state<'busy' | 'done' | 'failed' | null>(null);
  /** Whether everything is downloaded and has run once. */
  isPrepared = $state(false);
  private release: () => void = () => undefined;

  constructor(
    private readonly context: Pick<AppContext, 'converter' | 'ear'>,
    private readonly scope: Scope,
    private readonly options: GuideOptions,
  ) {
    this.visit = new Visit(scope, {
      idleSeconds: options.exhibit.idleSeconds,
      onBegin: () => this.welcome(),
      onEnd: (ending, last) => this.endVisit(ending, last),
    });
    this.reset();
    void this.prepare();
  }

  get exhibit(): Exhibit {
    return this.options.exhibit;
  }

  get voices(): OfferedVoice[] {
    return offeredVoices(this.exhibit, this.context.converter.status?.voices ?? []);
  }

  /** Whether the voices are known. */
  get isLoaded(): boolean {
    return this.context.converter.status !== null;
  }

  /** Whether a visit can begin. */
  get isReady(): boolean {
    return this.voices.length > 0;
  }

  begin(): void {
    if (this.isReady) this.visit.begin();
  }

  choose(voice: OfferedVoice): void {
    this.voice = voice;
    if (this.visitor?.sound.hasSpoken) {
      if (this.visit.go('rechoose')) void this.convert();
    } else if (this.visit.go('choose')) this.listenUp();
  }

  /** The record button is pressed. */
  press(): void {
    this.visit.touch();
    const { visitor } = this;
    if (!visitor || this.visit.screen !== 'speak') return;
    visitor.microphone.press();
    this.visit.problem = null;
    void visitor.sound.wake().catch((error: unknown) => this.fail('no-sound-output', error));
    this.holdClock();
  }

  unpress(): void {
    this.visitor?.microphone.release();
  }

  /** Plays or stops what was made. */
  togglePlaying(): void {
    this.visitor?.sound.togglePlaying().catch((error: unknown) => this.fail('no-sound-output', error));
  }

  /** Before or after the conversion; plays it where nothing is playing. */
  hear(side: Side): void {
    const sound = this.visitor?.sound;
    sound?.choose(side);
    if (sound && !sound.isPlaying) this.togglePlaying();
  }

  /** Says something else. */
  again(): void {
    if (this.visit.go('again')) this.listenUp();
  }

  another(): void {
    if (!this.visit.go('another')) return;
    this.silence();
  }

  finish(): void {
    if (!this.visit.go('finish')) return;
    this.silence();
    void this.findMark();
  }

  seen(): void {
    this.visit.go('seen');
  }

  /** Downloads what was made, where the exhibit allows it. */
  async save(): Promise<void> {
    const { visitor, voice } = this;
    if (!visitor || !voice || !this.exhibit.exportAllowed || this.saved === 'busy') return;
    this.saved = 'busy';
    this.holdClock();
    try {
      await visitor.sound.save(voice);
      if (this.visitor === visitor) this.saved = 'done';
    } catch (error) {
      if (isCancelled(error) || visitor.scope.isEnded) return;
      this.saved = 'failed';
      this.options.onEvent({ kind: 'error', problem: 'file', error });
    } finally {
      if (this.visitor === visitor) this.release();
    }
  }

  leave(ending: Ending): void {
    this.visit.leave(ending);
  }

  changeVolume(up: boolean): void {
    const ceiling = this.exhibit.volume;
    const next = this.volume + (up ? QUIETER_BY : -QUIETER_BY);
    this.volume = Math.max(Math.min(LEAST_VOLUME, ceiling), Math.min(ceiling, next));
    if (this.visitor) this.visitor.sound.volume = this.volume;
  }

  /** Loads the networks and the ear, and runs them once, so that the first visitor waits no longer than the next. */
  private async prepare(): Promise<void> {
    const { converter, ear } = this.context;
    try {
      await converter.load();
      await ear.refresh();
      await ear.offer();
      const [voice] = this.voices;
      if (voice) await convertSilence(converter, voice.id, this.scope);
      this.isPrepared = true;
    } catch (error) {
      if (!this.scope.isEnded) this.options.onEvent({ kind: 'error', problem: 'conversion', error });
    }
  }

  private welcome(): void {
    const scope = this.scope.child();
    const notices = new KioskNotices((error) => this.fail('microphone', error));
    const sound = new VisitorSound(scope, this.context.converter, {
      volume: this.volume,
      keepsConverted: this.exhibit.exportAllowed,
    });
    const microphone = new KioskMicrophone(scope, notices, {
      onSpoken: (spoken) => this.receive(spoken),
      onTooShort: () => this.fail('too-short', null),
      onLost: () => this.fail('microphone-lost', null),
    });
    this.visitor = { scope, sound, microphone };
    this.options.onEvent({ kind: 'visit' });
  }

  /** Nothing of the visitor stays. */
  private endVisit(ending: Ending, last: Screen): void {
    const { visitor, voice } = this;
    const hasConverted = visitor?.sound.hasSpoken && voice;
    visitor?.scope.dispose();
    this.visitor = null;
    this.reset();
    if (hasConverted && !this.scope.isEnded)
      convertSilence(this.context.converter, voice.id, this.scope).catch((error: unknown) => {
        if (!isCancelled(error)) this.options.onEvent({ kind: 'error', problem: 'conversion', error });
      });
    this.options.onEvent({ kind: 'ending', ending, last });
  }

  private reset(): void {
    this.release();
    this.voice = null;
    this.searched = null;
    this.isUnclear = false;
    this.saved = null;
    this.volume = this.exhibit.volume;
    this.prompt = 0;
    language.locale = this.exhibit.languages[0]!;
  }

  /** Opens the microphone for the screen where the visitor speaks. */
  private listenUp(): void {
    this.silence();
    void this.visitor?.microphone.start('');
  }

  private receive(spoken: Spoken): void {
    const { visitor } = this;
    this.release();
    if (!visitor) return;
    const wasUnclear = this.isUnclear;
    this.isUnclear = spoken.judged !== null && isUnclear(spoken.judged);
    // Who is asked to come nearer is asked once: the second attempt is converted as it is.
    if (!spoken.judged || (this.isUnclear && !wasUnclear)) {
      spoken.samples.fill(0);
      this.fail(spoken.judged ? 'unclear' : 'not-heard', null);
      return;
    }
    visitor.microphone.cancel();
    visitor.sound.keep(spoken);
    if (this.visit.go('spoken')) void this.convert();
  }

  private async convert(): Promise<void> {
    const { visitor, voice } = this;
    if (!visitor || !voice) return;
    this.saved = null;
    this.holdClock();
    try {
      await visitor.sound.convert(voice, this.notice(), () => this.visit.go('sounds'));
      this.options.onEvent({ kind: 'conversion', voiceId: voice.id });
    } catch (error) {
      if (!isCancelled(error) && !visitor.scope.isEnded) this.fail(problemOf(error), error);
    } finally {
      this.release();
    }
  }

  /** Language of the spoken notice before playback, where the exhibit wants it and there is one in the visitor's language. */
  private notice(): DisclaimerLanguage | undefined {
    if (!this.exhibit.noticeBeforePlayback) return undefined;
    const { locale } = language;
    return locale in DISCLAIMERS ? (locale as DisclaimerLanguage) : undefined;
  }

  private async findMark(): Promise<void> {
    const { visitor } = this;
    this.searched = 0;
    try {
      await visitor?.sound.findMark((fraction) => (this.searched = fraction));
    } catch (error) {
      if (!isCancelled(error) && !visitor?.scope.isEnded)
        this.options.onEvent({ kind: 'error', problem: 'mark', error });
    } finally {
      this.searched = null;
    }
  }

  private fail(problem: Problem, error: unknown): void {
    const { visitor } = this;
    this.release();
    if (!visitor) return;
    this.options.onEvent({ kind: 'error', problem, error });
    visitor.microphone.discard();
    if (!this.visit.fail(problem)) return;
    this.silence();
    if (problem !== 'microphone') void visitor.microphone.start('');
  }

  private silence(): void {
    this.visitor?.sound.interrupt();
    if (this.visit.screen !== 'speak') this.visitor?.microphone.cancel();
  }

  private holdClock(): void {
    this.release();
    this.release = this.visit.hold();
  }
}
