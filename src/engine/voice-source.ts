import type { VoiceSummary } from './types';
import type { Voice, VoiceDraft } from './voice';

/** Where the converter gets its voices from; `VoiceCatalogue` in src/files resolves them. */
export interface VoiceSource {
  /** Published voices, then those kept on this device. */
  list(): Promise<VoiceSummary[]>;
  /** Rejects with `no-voice`, `voice-corrupt`, or a ConsentError where the record is missing or altered. */
  read(id: string): Promise<Voice>;
  /** Takes a voice file in for this visit, without storing it. Rejects with what is wrong with it. */
  openFile(file: ArrayBuffer): Promise<VoiceSummary>;
  /** As `openFile`, for a voice that is not signed yet. */
  openDraft(draft: VoiceDraft): VoiceSummary;
}
