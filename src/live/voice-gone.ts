import { isRevoked } from '../provenance';
import type { LiveStatus } from '../realtime/live-types';
import { hasVoice, revoked } from '../store/voices';

/**
 * Whether a voice was deleted or revoked since its status was read. The worker finds out by itself and ends the session, but
 * only between two blocks; the page is faster.
 */
export async function isVoiceGone(status: LiveStatus | null, voiceId: string): Promise<boolean> {
  const voice = status?.voices.find(({ id }) => id === voiceId);
  if (!voice) return false;
  if (voice.isOwn && !(await hasVoice(voiceId))) return true;
  return voice.consent !== null && isRevoked(voice.consent, await revoked(), voice.data);
}
