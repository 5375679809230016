import { requirePermission, type Use } from '../provenance';
import type { Voice } from './voice';
import type { VoiceSource } from './voice-source';

/** Time between two checks. Changes that the source reports are checked at once; a last day ends without a report. */
const CHECK_MS = 400;

/** Whether an error, perhaps from a worker, says that a voice may not be used or is not there any more. */
export function isWithdrawn(error: unknown): boolean {
  const { name } = (error ?? {}) as { name?: unknown };
  return typeof name === 'string' && (name === 'no-voice' || name.startsWith('consent-'));
}

/** Rejects with a ConsentError or `no-voice` unless a voice that was read earlier may still be used. */
export async function requireStill(voices: VoiceSource, voice: Voice, use: Use): Promise<void> {
  const { sealed, ...circumstances } = await voices.permissionOf(voice);
  requirePermission(sealed, use, circumstances);
}

/**
 * Calls `onWithdrawn` once, with the error, as soon as a voice in use is revoked or deleted or its permission ends: within
 * CHECK_MS. Returns a function that ends the watch.
 */
export function watchPermission(
  voices: VoiceSource,
  voice: Voice,
  use: Use,
  onWithdrawn: (error: unknown) => void,
): () => void {
  let isOver = false;
  const check = async () => {
    try {
      await requireStill(voices, voice, use);
    } catch (error) {
      // A store that could not be read for once withdraws nothing; the next check decides.
      if (isOver || !isWithdrawn(error)) return;
      end();
      onWithdrawn(error);
    }
  };
  const timer = setInterval(() => void check(), CHECK_MS);
  const stopListening = voices.onChange(() => void check());
  const end = () => {
    isOver = true;
    clearInterval(timer);
    stopListening();
  };
  return end;
}
