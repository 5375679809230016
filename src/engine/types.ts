import type { SealedRecord } from '../provenance';
import type { Confidences } from './analysis/conditions';
import type { VoiceDraft } from './voice';

/** Conversion settings that the user can change. */
export interface ConversionControls {
  /** Semitones added to the automatic shift, -24..24. */
  pitchShiftSt: number;
  /** Whether the median F0 is first moved to that of the target voice. */
  autoPitch: boolean;
  /** Factor on the formant frequencies, 0.7..1.4. */
  formantRatio: number;
  /** Factor on the deviation of log F0 from its median: 0 is monotone, 1 keeps the source's intonation. */
  intonation: number;
  /** Gain of the noise part in unvoiced frames, dB, -24..12. */
  unvoicedLevelDb: number;
  /** As if the person were in the room, or as the machine of their time recorded them, where the voice has that sound. */
  sound: Sound;
}

export const SOUNDS = ['room', 'recorded'] as const;
export type Sound = (typeof SOUNDS)[number];

/** Measurements of the source speaker; for a take they are made once, before it is converted. */
export interface SourceProfile {
  /** Median F0 over voiced frames; 0 if no frame is voiced. */
  medianF0Hz: number;
  /** Level of the active speech, dBFS. */
  speechLevelDb: number;
  /** Level of the background noise between words, dBFS; undefined if it was not measured. */
  noiseDb?: number | undefined;
  /** How periodic the take is, 0..1 (src/engine/analysis/periodicity.ts); undefined if it was not measured. */
  periodicity?: number | undefined;
}

export type EarChoice = 'auto' | 'small';

/** What hears a take: the content network alone, or together with the ear (src/engine/ear). */
export type Hearing = 'small' | 'ear';

export type Backend = 'wasm' | 'webgpu';

export interface VoiceSummary {
  id: string;
  name: string;
  language: string;
  description: string;
  licence: string;
  origin: string;
  /** URL of a short watermarked preview; empty if there is none. */
  preview: string;
  /** Made or imported by the user, not published with the app. */
  isOwn: boolean;
  /** Null if it is missing or cannot be parsed; such a voice cannot be used. */
  consent: SealedRecord | null;
  /** Hashes of its data, see `Circumstances`. */
  data: readonly string[];
  /** Revoked on this device; lists show it, and no use of it is permitted. */
  isRevoked: boolean;
  /** Whether it can sound as the machine of its time recorded it. */
  hasRecordedSound: boolean;
}

/** A voice stored on this device, as the store lists it. */
export type OwnVoice = Pick<
  VoiceSummary,
  'id' | 'name' | 'language' | 'description' | 'consent' | 'data' | 'isRevoked'
>;

export interface LoadProgress {
  /** `device`: read from IndexedDB; `network`: downloaded. */
  from: 'device' | 'network';
  file: string;
  /** Bytes of this file. */
  bytesDone: number;
  bytesTotal: number;
  /** Bytes of all published files together. */
  allBytesDone: number;
  allBytesTotal: number;
}

export interface EngineStatus {
  backend: Backend;
  /** Measured real-time factor: seconds of computing per second of speech; missing if the backend could not run. */
  rtf: { wasm?: number; webgpu?: number };
  threads: number;
  voices: VoiceSummary[];
}

export interface ConvertProgress {
  secondsDone: number;
  secondsTotal: number;
  /** Estimated computing time left, in seconds. */
  secondsLeft: number;
}

export interface ConvertResult {
  /** Mono at `sampleRateHz`, as long as the input. Without watermark: only src/export may turn it into a file. */
  samples: Float32Array;
  sampleRateHz: 24000;
  seconds: number;
  rtf: number;
  backend: Backend;
  /** What heard the take. */
  ear: Hearing;
  /** Whether noise was taken from the take first. */
  isDenoised: boolean;
  /** The consent record of the voice and the hashes of its data; export checks them again. */
  consent: SealedRecord;
  voiceData: string[];
}

export interface ConversionOptions {
  /** A profile measured earlier. Default: the profile of the take is measured. */
  profile?: SourceProfile | undefined;
  /** A judgement made earlier; null where there was too little speech. Default: the take is judged where that is needed. */
  judged?: Confidences | null | undefined;
  /** The use that the voice's consent record must allow. Default `convert`. */
  use?: 'convert' | 'preview' | undefined;
  /** `auto`: the ear hears too if its networks are on this device. Default `small`. */
  ear?: EarChoice | undefined;
}

/** The comlink interface of src/workers/conversion.ts. Callbacks are comlink proxies. Rejections carry the error code in `name`. */
export interface ConversionApi {
  load(
    options: {
      /** Absolute URL of the published files: a worker would resolve a relative URL against its own script. */
      baseUrl: string;
      backend: Backend | 'auto';
      threads?: number;
      /** For tests only. */
      allowSoftwareGpu?: boolean;
    },
    onProgress: (progress: LoadProgress) => void,
  ): Promise<EngineStatus>;
  /** `samples`: mono at 8 to 192 kHz; the buffer may be transferred. */
  convert(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    voiceId: string,
    controls: ConversionControls,
    onProgress: (progress: ConvertProgress) => void,
    options?: ConversionOptions,
    /** See TakeOptions. When the GPU is lost, the samples are made and delivered again from the first. */
    onSamples?: (samples: Float32Array, at: number) => void,
  ): Promise<ConvertResult>;
  /** Published voices, then those stored on this device at the time of the call. */
  listVoices(): Promise<VoiceSummary[]>;
  /**
   * Loads a voice file for this session without storing it. Rejects with `voice-too-large`, `voice-corrupt`,
   * `voice-altered`, `voice-newer`, or a ConsentError.
   */
  openVoiceFile(file: ArrayBuffer): Promise<VoiceSummary>;
  /** As `openVoiceFile`, for a voice that was just made and is not signed yet. */
  openVoiceDraft(draft: VoiceDraft): Promise<VoiceSummary>;
  cancel(jobId: string): Promise<void>;
  /** Resolves while the worker is alive; never resolves after it has crashed. */
  ping(): Promise<void>;
}

export const DEFAULT_CONTROLS: ConversionControls = {
  pitchShiftSt: 0,
  autoPitch: true,
  formantRatio: 1,
  intonation: 1,
  unvoicedLevelDb: 0,
  sound: 'room',
};
