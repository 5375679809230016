import type { Scope } from '../../services/scope';
import { m } from '../../text/messages';

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

/** The excerpt as a file, for whoever plays it where nothing may be requested. Rejects where it cannot be loaded. */
export async function loadExcerpt(address: string): Promise<Blob> {
  const response = await fetch(new URL(address, document.baseURI));
  if (!response.ok) throw new Error(m.store_server_answered({ status: response.status }));
  return response.blob();
}
