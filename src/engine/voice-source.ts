import type { VoiceSummary } from './types';
import type { Voice, VoiceDraft } from './voice';

/** The voices that the converter can use, by id. `VoiceCatalogue` in src/files implements it. */
export interface VoiceSource {
  /** Published voices, then those stored on this device. */
  list(): Promise<VoiceSummary[]>;
  /** Rejects with `no-voice`, `voice-corrupt`, or a ConsentError if the record is missing or altered. */
  read(id: string): Promise<Voice>;
  /** As `ConversionApi.openVoiceFile`. */
  openFile(file: ArrayBuffer): Promise<VoiceSummary>;
  /** As `ConversionApi.openVoiceDraft`. */
  openDraft(draft: VoiceDraft): VoiceSummary;
}
