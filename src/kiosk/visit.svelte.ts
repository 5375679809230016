import type { Scope } from '../services/scope';

export type Screen = 'attract' | 'voices' | 'about' | 'speak' | 'converting' | 'listen' | 'mark' | 'goodbye';

/** What a visitor, the converter or the clock can do: the screens where it has an effect, and the screen that it leads to. */
const TRANSITIONS = {
  /** Touches the screen. */
  begin: { from: ['attract'], to: 'voices' },
  /** Reads about a voice, and goes back. */
  read: { from: ['voices'], to: 'about' },
  unread: { from: ['about'], to: 'voices' },
  /** Chooses a voice, with nothing said yet. */
  choose: { from: ['voices', 'about'], to: 'speak' },
  /** Chooses another voice for what was said already. */
  rechoose: { from: ['voices', 'about'], to: 'converting' },
  /** Hears the same voice as another machine, or none, would record it. */
  resound: { from: ['listen'], to: 'converting' },
  /** Has spoken. */
  spoken: { from: ['speak'], to: 'converting' },
  /** The converter was repaired, and converts again. */
  retry: { from: ['converting', 'listen'], to: 'converting' },
  /** The first converted samples are there. */
  sounds: { from: ['converting'], to: 'listen' },
  /** Speaks again, also in place of a conversion that is not done. */
  again: { from: ['converting', 'listen'], to: 'speak' },
  /** Goes back to the voices. */
  another: { from: ['speak', 'converting', 'listen'], to: 'voices' },
  /** Has heard enough. */
  finish: { from: ['listen'], to: 'mark' },
  /** Has seen the mark. */
  seen: { from: ['mark'], to: 'goodbye' },
  /** Speaking or converting failed; see `Visit.problem`. */
  fail: { from: ['speak', 'converting', 'listen'], to: 'speak' },
  /** Leaves, or is gone. */
  leave: { from: ['voices', 'about', 'speak', 'converting', 'listen', 'mark', 'goodbye'], to: 'attract' },
} as const satisfies Record<string, { from: readonly Screen[]; to: Screen }>;

export type Action = keyof typeof TRANSITIONS;

/** Why a visitor is asked to speak again. */
export type Problem =
  | 'too-short'
  | 'not-heard'
  | 'unclear'
  | 'microphone'
  | 'microphone-lost'
  | 'no-sound-output'
  | 'voice-withdrawn'
  | 'conversion';

/** How a visit ended, for the counters of the staff. */
export type Ending = 'finished' | 'left' | 'idle' | 'out-of-order';

export interface VisitOptions {
  /** Seconds without a touch after which the visitor is asked whether they are still there. */
  idleSeconds: number;
  /** Called when a visit begins. */
  onBegin?: () => void;
  /** Called once for every visit that began, with the last screen; what belongs to the visitor is removed here. */
  onEnd: (ending: Ending, last: Screen) => void;
}

/** Seconds that the visitor has to answer whether they are still there. */
export const ANSWER_SECONDS = 10;
const SECOND_MS = 1000;

/** The screens of one visitor after another, and the clock that ends a visit whose visitor has gone. It holds no samples. */
export class Visit {
  screen = $state<Screen>('attract');
  /** What went wrong before the visitor was asked to speak again; null where nothing did. */
  problem = $state<Problem | null>(null);
  /** Seconds left to answer "are you still there?"; null while it is not asked. */
  secondsLeft = $state<number | null>(null);
  private idle = 0;
  private readonly holds = new Set<symbol>();

  constructor(
    scope: Scope,
    private readonly options: VisitOptions,
  ) {
    scope.interval(() => this.passSecond(), SECOND_MS);
    scope.own(() => this.leave('left'));
  }

  get isOn(): boolean {
    return this.screen !== 'attract';
  }

  /** Whether the action leads to another screen from this one. */
  can(action: Action): boolean {
    return (TRANSITIONS[action].from as readonly Screen[]).includes(this.screen);
  }

  /** Begins a visit. */
  begin(): boolean {
    if (!this.go('begin')) return false;
    this.options.onBegin?.();
    return true;
  }

  /** Goes to the screen that the action leads to; without effect, and false, where it leads nowhere. */
  go(action: Exclude<Action, 'leave' | 'fail'>): boolean {
    if (!this.can(action)) return false;
    this.problem = null;
    this.screen = TRANSITIONS[action].to;
    this.touch();
    return true;
  }

  /** Asks the visitor to speak again, because of `problem`. */
  fail(problem: Problem): boolean {
    if (!this.can('fail')) return false;
    this.screen = TRANSITIONS.fail.to;
    this.problem = problem;
    this.touch();
    return true;
  }

  /** Ends the visit from any screen. */
  leave(ending: Ending): void {
    if (!this.isOn) return;
    const last = this.screen;
    this.screen = 'attract';
    this.problem = null;
    this.holds.clear();
    this.touch();
    this.options.onEnd(ending, last);
  }

  /** The visitor did something: the time without a touch starts again. */
  touch(): void {
    this.idle = 0;
    this.secondsLeft = null;
  }

  /** No idle time passes until the returned function is called: the visitor speaks, waits or listens. */
  hold(): () => void {
    const hold = Symbol();
    this.holds.add(hold);
    this.touch();
    return () => {
      if (this.holds.delete(hold)) this.touch();
    };
  }

  private passSecond(): void {
    if (!this.isOn || this.holds.size > 0) return;
    this.idle++;
    const { idleSeconds } = this.options;
    if (this.idle < idleSeconds) return;
    const left = idleSeconds + ANSWER_SECONDS - this.idle;
    if (left > 0) this.secondsLeft = left;
    else this.leave('idle');
  }
}
