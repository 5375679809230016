import { isCancelled } from '../services/messages';
import { Notices } from '../services/notices.svelte';
import type { Problem } from './visit.svelte';

/** What the microphone reports becomes a problem of the visit. */
export class KioskNotices extends Notices {
  constructor(private readonly onFail: (error: unknown) => void) {
    super();
  }

  override fail(error: unknown): void {
    if (!isCancelled(error)) this.onFail(error);
  }
}

/** What visitors are told about an error of converting or playing. */
export function problemOf(error: unknown): Problem {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  if (code === 'no-output') return 'no-sound-output';
  if (typeof name === 'string' && name.startsWith('consent-')) return 'voice-withdrawn';
  return 'conversion';
}
