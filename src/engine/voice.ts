import type { Permission, SealedRecord } from '../provenance';

/** What a `.voice` file holds: all that the networks and the pitch map need of a target voice. */
export interface VoiceData {
  id: string;
  name: string;
  medianF0Hz: number;
  /** Spread of the voice's log F0 in semitones. */
  f0StdSt: number;
  /** Level of the active speech the voice was made from, dBFS. */
  speechLevelDb: number;
  /** Share of the retrieved code in the mix. 0..1. */
  retrievalBlend: number;
  /** Share of the voice's own timbre in the texture that the generator hears of the source. 0..1. */
  textureBlend: number;
  /** [128]. */
  embedding: Float32Array;
  /** [codes, 128], row major. */
  codebook: Float32Array;
  /** [codes, 40]: the voice's mean `logMel` less the frame's level (`loudnessDb` in nepers of power) where it says each code. */
  timbre: Float32Array;
  /** [80], natural log gains on top of every frame's: what the voice is heard through, a horn or a telephone. */
  colour?: Float32Array;
  /** [8, 16081]: a low-rank change of the generator's matrices, which learnt for this voice alone (models/pipeline/adapt.py). */
  adapter?: Float32Array;
}

/** A target voice with the permission to use it, which the engine checks at every use. */
export interface Voice extends VoiceData {
  permission: Permission;
}

/** Whether a voice of this id was made or brought by the user; published ids never begin so. */
export function isOwnVoice(id: string): boolean {
  return id.startsWith('own-');
}

/** What a voice made on a device says of itself. */
export interface VoiceAbout {
  id: string;
  name: string;
  /** BCP 47, or empty where it is not known. */
  language: string;
  description: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** A voice that was just made and is not signed yet. */
export interface VoiceDraft {
  about: VoiceAbout;
  voice: VoiceData;
  sealed: SealedRecord;
}
