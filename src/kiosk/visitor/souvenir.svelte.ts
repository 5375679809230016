import { isCancelled } from '../../services/messages';
import type { OfferedVoice } from '../exhibit-voices';
import type { Visit } from '../visit.svelte';
import type { VisitorSound } from '../visitor-sound.svelte';

/** The file that a visitor takes along, where the exhibit allows it. */
export class Souvenir {
  /** Null before it is asked for. */
  state = $state<'busy' | 'done' | 'failed' | null>(null);

  constructor(
    private readonly sound: VisitorSound,
    private readonly visit: Visit,
    private readonly onFailed: (error: unknown) => void,
  ) {}

  /** Downloads what was made. */
  async save(voice: OfferedVoice): Promise<void> {
    if (this.state === 'busy') return;
    this.state = 'busy';
    const release = this.visit.hold();
    try {
      await this.sound.save(voice);
      this.state = 'done';
    } catch (error) {
      if (isCancelled(error)) return;
      this.state = 'failed';
      this.onFailed(error);
    } finally {
      release();
    }
  }
}
