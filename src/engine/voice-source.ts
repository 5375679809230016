import type { Permission } from '../provenance';
import type { VoiceSummary } from './types';
import type { Voice, VoiceDraft } from './voice';

/** The voices that the converter can use, by id. `VoiceCatalogue` in src/files implements it. */
export interface VoiceSource {
  /** Published voices, then those stored on this device. */
  list(): Promise<VoiceSummary[]>;
  /** Rejects with `no-voice`, `voice-corrupt`, or a ConsentError if the record is missing or altered. */
  read(id: string): Promise<Voice>;
  /** The permission as of now of a voice that was read earlier. Rejects with `no-voice` if it was deleted since. */
  permissionOf(voice: Voice): Promise<Permission>;
  /** Calls `handler` after voices or revocations changed, also in other tabs; returns a function that ends it. */
  onChange(handler: () => void): () => void;
  /** As `ConversionApi.openVoiceFile`. */
  openFile(file: ArrayBuffer): Promise<VoiceSummary>;
  /** As `ConversionApi.openVoiceDraft`. */
  openDraft(draft: VoiceDraft): Promise<VoiceSummary>;
}
