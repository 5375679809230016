import type { Side } from '../../../audio/ab-player';
import { m } from '../../../text/messages';
import type { Material } from '../../material.svelte';
import { changeKept, loadKept, type Kept, type Tally } from '../kept';

/** What a class is asked: whether a computer made a clip, or whether a recording and its conversion are the same person. */
export type Kind = 'computer' | 'same';

/** What is to be heard in a round. */
interface Trial {
  /** Of the player, in the order in which they are heard: `a` is the recording, `b` its conversion. */
  sides: readonly Side[];
  voiceName: string;
}

export interface Round extends Trial {
  kind: Kind;
  answers: Tally;
}

/** The study counts the answers to AI voices alone. */
export function isCounted({ kind, sides }: Pick<Round, 'kind' | 'sides'>): boolean {
  return kind === 'same' || sides[0] === 'b';
}

/**
 * A series of rounds with one question. What was heard is told at its end, when the answers are added to what is kept: after the first
 * solution everybody would know the recording.
 */
export class ListeningSeries {
  kept = $state.raw<Kept>(loadKept());
  kind = $state<Kind>('computer');
  trial = $state.raw<Trial | null>(null);
  /** Answered and not told yet. */
  rounds = $state.raw<readonly Round[]>([]);
  /** Of the last series. */
  solutions = $state.raw<readonly Round[]>([]);

  constructor(private readonly material: Material) {}

  /** Makes a round of the recording; without recording or voices, nothing. */
  async next(): Promise<void> {
    const { recording, player, context } = this.material;
    const voices = (context.converter.status?.voices ?? []).filter(({ isRevoked }) => !isRevoked);
    const voice = voices[Math.floor(Math.random() * voices.length)];
    if (!recording || !voice) return;
    const result = await this.material.convert(recording, voice.id, m.class_listening_making());
    if (!result) return;
    // Both, so that they are equally loud.
    player.open(recording, result);
    const pair: readonly Side[] = Math.random() < 0.5 ? ['a', 'b'] : ['b', 'a'];
    const sides = this.kind === 'same' ? pair : pair.slice(0, 1);
    this.trial = { sides, voiceName: result.voiceName };
    this.solutions = [];
  }

  /** Takes the answers to the round; without one they come from paper and are added at once. */
  count(answers: Tally): void {
    this.material.player.pause();
    if (!this.trial) return this.add(answers);
    this.rounds = [...this.rounds, { ...this.trial, kind: this.kind, answers }];
    this.trial = null;
  }

  /** Ends the series. */
  tell(): void {
    for (const round of this.rounds) if (isCounted(round)) this.add(round.answers);
    this.solutions = this.rounds;
    this.rounds = [];
    this.trial = null;
  }

  choose(kind: Kind): void {
    this.material.player.pause();
    this.tell();
    this.solutions = [];
    this.kind = kind;
  }

  /** Deletes the count of this question. */
  forget(): void {
    this.change(() => ({ yes: 0, of: 0 }));
  }

  private add(answers: Tally): void {
    this.change(({ yes, of }) => ({ yes: yes + answers.yes, of: of + answers.of }));
  }

  private change(to: (tally: Tally) => Tally): void {
    const { kind } = this;
    this.kept = changeKept(this.kept, (now) => ({ ...now, [kind]: to(now[kind]) }));
  }
}
