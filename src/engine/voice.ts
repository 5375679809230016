import type { Permission, SealedRecord } from '../provenance';

/** What the machine that recorded a voice did to it, as measured on its recording (models/pipeline/historic.py). */
export interface RecordedSound {
  /** [80], natural log gains at the bands of the synthesis: of the machine, and of its noise where white noise has unit variance. */
  band: Float32Array;
  noise: Float32Array;
  /** Changes of speed: how often, in Hz, and the largest deviation from the mean speed as a fraction of it. */
  wowRateHz: number;
  wowDepth: number;
  /** Median F0 of the recording; that of the voice is what the person might have had in the room. */
  medianF0Hz: number;
}

/** The contents of a `.voice` file: the data of a target voice that the networks and the pitch map use. */
export interface VoiceData {
  id: string;
  name: string;
  medianF0Hz: number;
  /** Standard deviation of the voice's log F0, in semitones. */
  f0StdSt: number;
  /** Level of the active speech that the voice was made from, dBFS. */
  speechLevelDb: number;
  /** Weight of the retrieved code in the mix with the source's code, 0..1. */
  retrievalBlend: number;
  /** Weight of the voice's timbre in the mix with the source's texture, 0..1. */
  textureBlend: number;
  /** [128]. */
  embedding: Float32Array;
  /** [codes, 128], row major. */
  codebook: Float32Array;
  /** [codes, 40]: mean `logMel` of the voice's frames nearest to each code, less their loudness (as natural log of power). */
  timbre: Float32Array;
  /** [80], natural log gains added to every frame: the channel of the recordings, such as a horn or a telephone. */
  colour?: Float32Array;
  /** [8, 16081]: a low-rank change of the generator's weights, trained for this voice alone (models/pipeline/adapt.py). */
  adapter?: Float32Array;
  /** The machine that recorded the person, without which the other arrays describe the voice as if it were in the room. */
  recorded?: RecordedSound;
}

/** A target voice with the permission to use it; the engine checks the permission at every use. */
export interface Voice extends VoiceData {
  permission: Permission;
}

/** Whether the voice with this id was made or imported by the user; ids of published voices never start with `own-`. */
export function isOwnVoice(id: string): boolean {
  return id.startsWith('own-');
}

/** Description of a voice that was made on a device. */
export interface VoiceAbout {
  id: string;
  name: string;
  /** BCP 47 tag, or empty if unknown. */
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
