import type { SealedRecord } from '../provenance';
import type { VoiceDraft } from './voice';

/** What the user may change about a conversion. */
export interface ConversionControls {
  /** Semitones added to the automatic shift. -24..24, 0 leaves it. */
  pitchShiftSt: number;
  /** Whether the pitch is moved to the target's register first. */
  autoPitch: boolean;
  /** Vocal-tract scale: above 1 moves formants up. 0.7..1.4. */
  formantRatio: number;
  /** Factor on the deviation of log F0 from its median. 0 is monotone, 1 keeps the melody. */
  intonation: number;
  /** Decibels added to the noise part where there is no voicing. -24..12. */
  unvoicedLevelDb: number;
}

/** What a take tells about its speaker, measured once before it is converted. */
export interface SourceProfile {
  /** Median F0 over voiced frames; 0 when nothing was voiced. */
  medianF0Hz: number;
  /** Level of the active speech in dBFS. */
  speechLevelDb: number;
  /** Level of what is heard between the words in dBFS. Missing where it was not measured. */
  noiseDb?: number | undefined;
}

export type Backend = 'wasm' | 'webgpu';

export interface VoiceSummary {
  id: string;
  name: string;
  language: string;
  description: string;
  licence: string;
  origin: string;
  /** URL of a short marked preview. */
  preview: string;
  /** Made or brought here by the user, not published with the app. */
  isOwn: boolean;
  /** Null where there is none, or none that can be read: such a voice is refused. */
  consent: SealedRecord | null;
}

/** A voice kept on this device, as the store lists it. */
export type OwnVoice = Pick<VoiceSummary, 'id' | 'name' | 'language' | 'description' | 'consent'>;

export interface LoadProgress {
  /** `device`: read from IndexedDB; `network`: downloaded. */
  from: 'device' | 'network';
  file: string;
  /** Of this file. */
  bytesDone: number;
  bytesTotal: number;
  /** Of everything that is published. */
  allBytesDone: number;
  allBytesTotal: number;
}

export interface EngineStatus {
  backend: Backend;
  /** Measured seconds of work per second of speech; missing when a backend could not run. */
  rtf: { wasm?: number; webgpu?: number };
  threads: number;
  voices: VoiceSummary[];
}

export interface ConvertProgress {
  secondsDone: number;
  secondsTotal: number;
  /** Estimated seconds of work left. */
  secondsLeft: number;
}

export interface ConvertResult {
  /** Mono, `sampleRateHz`, as long as the input. Unmarked: only src/export may turn it into a file. */
  samples: Float32Array;
  sampleRateHz: 24000;
  seconds: number;
  rtf: number;
  backend: Backend;
  /** By whose leave it was made: leaving this device asks for it again. */
  consent: SealedRecord;
}

export interface ConversionOptions {
  /** Of a speaker who was measured before; the take is measured without. */
  profile?: SourceProfile | undefined;
  /** What the voice's consent record has to allow. Default `convert`. */
  use?: 'convert' | 'preview' | undefined;
}

/** The comlink interface of workers/conversion.ts. Callbacks are comlink proxies. */
export interface ConversionApi {
  load(
    options: {
      /** Absolute address of the published files: a worker has another idea of what is relative. */
      baseUrl: string;
      backend: Backend | 'auto';
      threads?: number;
      /** For tests only. */
      allowSoftwareGpu?: boolean;
    },
    onProgress: (progress: LoadProgress) => void,
  ): Promise<EngineStatus>;
  /** Any sample rate from 8 to 192 kHz, mono; the buffer may be transferred. Rejects with an EngineError's code in `name`. */
  convert(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    voiceId: string,
    controls: ConversionControls,
    onProgress: (progress: ConvertProgress) => void,
    options?: ConversionOptions,
  ): Promise<ConvertResult>;
  /** Published voices, then those kept on this device: also what was made since the start. */
  listVoices(): Promise<VoiceSummary[]>;
  /** Takes a voice file in for this visit, without storing it. Rejects with what is wrong with it. */
  openVoiceFile(file: ArrayBuffer): Promise<VoiceSummary>;
  /** As `openVoiceFile`, for a voice that was just made and is not signed yet. */
  openVoiceDraft(draft: VoiceDraft): Promise<VoiceSummary>;
  cancel(jobId: string): Promise<void>;
  /** Answers as soon as the worker can: one that has died never does. */
  ping(): Promise<void>;
}

export const DEFAULT_CONTROLS: ConversionControls = {
  pitchShiftSt: 0,
  autoPitch: true,
  formantRatio: 1,
  intonation: 1,
  unvoicedLevelDb: 0,
};
