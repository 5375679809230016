import type { Scope } from '../../services/scope';

/** Plays the authentic excerpt of a recording, as it is. */
export class Excerpt {
  isPlaying = $state(false);
  /** Whether it could not be played. */
  hasFailed = $state(false);
  private readonly audio = new Audio();

  constructor(
    scope: Scope,
    private readonly address: string,
  ) {
    scope.on(this.audio, 'ended', () => (this.isPlaying = false));
    scope.own(() => this.stop());
  }

  /** 0..1. */
  set volume(volume: number) {
    this.audio.volume = volume;
  }

  async toggle(): Promise<void> {
    if (this.isPlaying) return this.stop();
    this.audio.src = this.address;
    this.isPlaying = true;
    this.hasFailed = false;
    try {
      await this.audio.play();
    } catch (cause) {
      // Stopped before it began.
      if (!this.isPlaying) return;
      this.isPlaying = false;
      this.hasFailed = true;
      console.error(cause);
    }
  }

  stop(): void {
    this.audio.pause();
    this.isPlaying = false;
  }
}
