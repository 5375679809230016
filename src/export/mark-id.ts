import { isOwnVoice } from '../engine/voice';
import { fingerprint24, type SealedRecord } from '../provenance';
import { voiceId24 } from '../watermark';

/** What a mark calls a voice: published ones by their id, one's own by the fingerprint of their consent record. */
export function markId24(voiceId: string, sealed: SealedRecord | null): number {
  return isOwnVoice(voiceId) && sealed ? fingerprint24(sealed) : voiceId24(voiceId);
}
