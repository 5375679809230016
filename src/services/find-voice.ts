import type { EngineStatus } from '../engine/types';
import { isOwnVoice } from '../engine/voice';
import type { VoiceHere } from '../provenance';
import { ownVoiceHere } from '../store/voices';

/** What is needed of a ConversionClient, which knows the published voices once it is loaded. */
interface PublishedVoices {
  load(): Promise<EngineStatus>;
}

/** The voice of this id, published or on this device; null if there is none. Rejects if the published voices cannot be loaded. */
export async function findVoice(published: PublishedVoices, id: string): Promise<VoiceHere | null> {
  if (isOwnVoice(id)) return ownVoiceHere(id);
  const { voices } = await published.load();
  return voices.find((voice) => voice.id === id) ?? null;
}
