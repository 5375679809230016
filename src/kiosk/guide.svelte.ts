import type { Side } from '../audio/ab-player';
import type { Exhibit } from '../files/exhibit';
import type { AppContext } from '../services/context';
import { language } from '../services/locale.svelte';
import { isCancelled } from '../services/messages';
import type { Scope } from '../services/scope';
import type { GuideOptions } from './events';
import { offeredVoices, type OfferedVoice } from './exhibit-voices';
import { isUnclear } from './guidance';
import { KioskMicrophone, type Spoken } from './kiosk-microphone.svelte';
import { KioskNotices, problemOf } from './problems';
import { Preparation } from './preparation/preparation';
import { faultOf } from './recovery/faults';
import { openRecovery } from './recovery/open';
import type { Standing } from './recovery/outages';
import type { Recovery } from './recovery/recovery.svelte';
import { watchSound } from './recovery/watch-sound';
import { Souvenir } from './visitor/souvenir.svelte';
import { Visit, type Ending, type Problem, type Screen } from './visit.svelte';
import { nextVolume, type Visitor } from './visitor/visitor';
import { VisitorSound } from './visitor-sound.svelte';

/** Leads visitors through their visits: what the buttons of the screens do. */
export class Guide {
  readonly visit: Visit;
  readonly recovery: Recovery;
  /** The visitor of now; null between visits. */
  visitor = $state.raw<Visitor | null>(null);
  voice = $state.raw<OfferedVoice | null>(null);
  volume = $state(1);
  prompt = $state(0);
  /** Share of the search for the mark that is done, 0..1; null while it is not searched for. */
  searched = $state<number | null>(null);
  /** Whether what the visitor said last could hardly be made out. */
  isUnclear = $state(false);
  /** Whether everything is downloaded and has run once. */
  isPrepared = $state(false);
  readonly preparation: Preparation;
  private release: () => void = () => undefined;
  private resume: () => void = () => undefined;

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
    this.preparation = new Preparation(context, scope, options.exhibit);
    this.recovery = openRecovery(scope, context.converter, {
      visit: this.visit,
      hasEar: () => context.ear.stage === 'ready',
      prepare: () => this.prepare(),
      sound: () => this.visitor?.sound,
      onFault: (fault, error) => options.onEvent({ kind: 'fault', fault, error }),
      onStanding: (standing) => this.stand(standing),
    });
    this.prepare().catch((error: unknown) => this.recovery.report('start', error));
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

  /** Shows what is known of a voice. */
  read(voice: OfferedVoice): void {
    if (this.visit.go('read')) this.voice = voice;
  }

  /** Converts what was said again, to the same voice with the other sound. */
  resound(): void {
    const sound = this.visitor?.sound;
    if (!sound || !this.visit.go('resound')) return;
    sound.heardAs = sound.heardAs === 'room' ? 'recorded' : 'room';
    void this.convert();
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
    if (!visitor || this.visit.screen !== 'speak' || visitor.microphone.state !== 'recording') return;
    this.visit.problem = null;
    this.holdClock();
    // It may fail at once: what was said was too short.
    visitor.microphone.press();
    // It is not heard before the visitor has spoken.
    visitor.sound.wake().catch((error: unknown) => this.recovery.report('sound', error, true));
  }

  /** Plays or stops what was made. */
  togglePlaying(): void {
    this.visitor?.sound.togglePlaying().catch((error: unknown) => this.recovery.report('sound', error));
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
    if (this.visit.go('another')) this.silence();
  }

  finish(): void {
    if (!this.visit.go('finish')) return;
    this.silence();
    void this.findMark();
  }

  changeVolume(up: boolean): void {
    this.volume = nextVolume(this.volume, this.exhibit.volume, up);
    if (this.visitor) this.visitor.sound.volume = this.volume;
  }

  private async prepare(): Promise<void> {
    await this.preparation.load(() => this.voices[0]?.id);
    this.isPrepared = true;
  }

  private welcome(): void {
    const scope = this.scope.child();
    const notices = new KioskNotices((error) => this.reopenMicrophone('microphone', error));
    const sound = new VisitorSound(scope, this.context.converter, this.preparation.detector, {
      volume: this.volume,
      keepsConverted: this.exhibit.exportAllowed,
    });
    const microphone = new KioskMicrophone(scope, notices, {
      onSpoken: (spoken) => this.receive(spoken),
      onTooShort: () => this.fail('too-short', null),
      onLost: (wasSpeaking) => this.reopenMicrophone(wasSpeaking ? 'microphone-lost' : 'microphone', null),
    });
    watchSound(scope, sound, () => void this.recovery.report('sound', { name: 'stalled' }));
    const souvenir = new Souvenir(sound, this.visit, (error) =>
      this.options.onEvent({ kind: 'error', problem: 'file', error }),
    );
    this.visitor = { scope, sound, microphone, souvenir };
    this.options.onEvent({ kind: 'visit' });
  }

  /** Nothing of the visitor stays. */
  private endVisit(ending: Ending, last: Screen): void {
    const { visitor, voice } = this;
    const converted = visitor?.sound.hasSpoken ? voice?.id : undefined;
    visitor?.scope.dispose();
    this.visitor = null;
    this.reset();
    if (!this.scope.isEnded)
      this.preparation.loadAgain(converted).catch((error: unknown) => {
        if (!isCancelled(error)) void this.recovery.report(faultOf(error) ?? 'start', error, this.visit.isOn);
      });
    this.options.onEvent({ kind: 'ending', ending, last });
  }

  private reset(): void {
    this.release();
    this.voice = null;
    this.searched = null;
    this.isUnclear = false;
    this.volume = this.exhibit.volume;
    this.prompt = 0;
    language.exhibit = this.exhibit.languages[0]!;
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
    const { judged, samples } = spoken;
    const wasUnclear = this.isUnclear;
    this.isUnclear = judged !== null && isUnclear(judged);
    // The second attempt is converted as it is.
    if (!judged || (this.isUnclear && !wasUnclear)) {
      samples.fill(0);
      return this.fail(judged ? 'unclear' : 'not-heard', null);
    }
    visitor.microphone.cancel();
    visitor.sound.keep(spoken);
    if (this.visit.go('spoken')) void this.convert();
  }

  /** `isSecond`: after a repair, so that what fails again is not repaired again. */
  private async convert(isSecond = false): Promise<void> {
    const { visitor, voice } = this;
    if (!visitor || !voice) return;
    this.holdClock();
    const notice = this.preparation.notice(language.locale);
    const error: unknown = await visitor.sound
      .convert(voice, notice, () => this.visit.go('sounds'))
      .then(
        () => null,
        (caught: unknown) => caught,
      );
    this.release();
    if (error === null) this.options.onEvent({ kind: 'conversion', voiceId: voice.id });
    else if (!isCancelled(error) && !visitor.scope.isEnded) await this.convertAgain(visitor, error, isSecond);
  }

  /** What the visitor said is still there: once the converter works again, it is converted again. */
  private async convertAgain(visitor: Visitor, error: unknown, isSecond: boolean): Promise<void> {
    const fault = faultOf(error);
    if (!fault || isSecond) return this.fail(problemOf(error), error);
    await this.recovery.report(fault, error);
    if (this.visitor === visitor && this.visit.go('retry')) await this.convert(true);
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
    if (!problem.startsWith('microphone')) void visitor.microphone.start('');
  }

  private reopenMicrophone(problem: 'microphone' | 'microphone-lost', error: unknown): void {
    const { visitor } = this;
    this.fail(problem, error);
    void this.recovery.report('microphone', error ?? { name: problem }).then(() => {
      if (this.visitor !== visitor || this.visit.screen !== 'speak') return;
      if (this.visit.problem === 'microphone') this.visit.problem = null;
      void visitor?.microphone.start('');
    });
  }

  /** No idle time passes while something is repaired. Where that takes too long, the visit ends. */
  private stand(standing: Standing): void {
    this.resume();
    this.resume = standing === 'moment' ? this.visit.hold() : () => undefined;
    if (standing === 'out-of-order') this.visit.leave('out-of-order');
    this.options.onEvent({ kind: 'standing', standing });
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
