import { isOwnVoice } from '../engine/voice';
import { fingerprint24, type SealedRecord } from '../provenance';
import { voiceId24 } from '../watermark';

/** The id of a voice in a mark: a hash of a published voice's id, or the fingerprint of an own voice's consent record. */
export function markId24(voiceId: string, sealed: SealedRecord | null): number {
  return isOwnVoice(voiceId) && sealed ? fingerprint24(sealed) : voiceId24(voiceId);
}
