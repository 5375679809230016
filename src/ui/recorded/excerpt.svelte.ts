import type { Scope } from '../../services/scope';
import { m } from '../../text/messages';

/** Plays the authentic excerpt of a recording, as it is. */
export class Excerpt {
  isPlaying = $state(false);
  /** Whether it could not be played. */
  hasFailed = $state(false);

  constructor(
    scope: Scope,
    private readonly address: string,
    /** One that `loadExcerpt` has given, where there is one. */
    private readonly audio = new Audio(),
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
    if (this.hasFailed || !this.audio.src) this.audio.src = this.address;
    else this.audio.currentTime = 0;
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

/** A player that holds the whole excerpt, for where nothing may be requested. Rejects where it cannot be loaded. */
export async function loadExcerpt(address: string): Promise<HTMLAudioElement> {
  const audio = new Audio();
  audio.preload = 'auto';
  await new Promise<void>((resolve, reject) => {
    audio.oncanplaythrough = () => resolve();
    audio.onerror = () => reject(new Error(m.recorded_unplayable()));
    audio.src = address;
  });
  return audio;
}
