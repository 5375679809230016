import type { Scope } from '../services/scope';
import { AbPlayer, type Side, type Track } from '../audio/ab-player';

/** State of the player for a page: position, duration, audible side, and whether it is playing. */
export class TrackPlayer {
  isPlaying = $state(false);
  seconds = $state(0);
  duration = $state(0);
  side = $state<Side>('a');
  private readonly player: AbPlayer;
  private stopFrames: () => void = () => undefined;

  constructor(private readonly scope: Scope) {
    this.player = new AbPlayer(() => {
      this.setPlaying(false);
      this.seconds = 0;
    });
    scope.own(() => this.player.close());
  }

  /** `b` is the conversion of `a`, if there is one. */
  open(a: Track | undefined, b: Track | undefined): void {
    if (a) this.player.setTracks(a, b);
    else this.player.pause();
    this.setPlaying(false);
    this.seconds = 0;
    this.duration = a ? this.player.duration : 0;
    this.choose(b ? 'b' : 'a');
  }

  async toggle(): Promise<void> {
    if (this.isPlaying) return this.pause();
    await this.player.play();
    this.setPlaying(this.player.isPlaying);
  }

  /** Also ends a start that waits for the device. */
  pause(): void {
    this.player.pause();
    this.setPlaying(false);
    this.seconds = this.player.seconds;
  }

  async seek(seconds: number): Promise<void> {
    this.seconds = seconds;
    await this.player.seek(seconds);
  }

  choose(side: Side): void {
    this.side = side;
    this.player.choose(side);
  }

  private setPlaying(isPlaying: boolean): void {
    this.isPlaying = isPlaying;
    this.stopFrames();
    if (isPlaying) this.stopFrames = this.scope.frames(() => (this.seconds = this.player.seconds));
  }
}
