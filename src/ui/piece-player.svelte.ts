import { AbPlayer } from '../audio/ab-player';
import type { Scope } from '../services/scope';

/** Plays one short recording at a time; `playing` is the key it was started with. */
export class PiecePlayer {
  playing = $state<string | null>(null);
  private readonly player = new AbPlayer(() => (this.playing = null));

  constructor(scope: Scope) {
    scope.own(() => this.player.close());
  }

  async play(key: string, samples: Float32Array, sampleRateHz: number): Promise<void> {
    this.player.setTracks({ samples, sampleRateHz }, undefined);
    this.playing = key;
    await this.player.play();
  }

  pause(): void {
    this.player.pause();
    this.playing = null;
  }
}
