import type { VoiceAbout, VoiceDraft } from '../engine/voice';
import type { SealedRecord } from '../provenance';
import type { Piece } from './piece';

export interface Reverberation {
  /** Time of a decay by 60 dB, estimated from the ends of words; null if there are too few. */
  decaySeconds: number | null;
}

export interface CleanedRecording {
  /** Mono, 16 kHz, hum removed and noise reduced; speech level -23 dBFS unless peaks or a gain limit prevent it. */
  samples: Float32Array<ArrayBuffer>;
  pieces: Piece[];
  reverberation: Reverberation;
  /** Fundamental of the hum that was removed, Hz; 0 if there was none. */
  humHz: number;
}

export interface Progress {
  /** 0..1. */
  fraction: number;
  /** Estimated computing time left, in seconds; null before it can be estimated. */
  secondsLeft: number | null;
}

export interface TrainingInput {
  about: VoiceAbout;
  consent: SealedRecord;
  /** Cleaned recordings and those of their pieces that are kept. */
  recordings: { samples: Float32Array; pieces: Pick<Piece, 'startSeconds' | 'endSeconds'>[] }[];
}

/** A permission sentence that was read aloud. A record with a `spoken` proof refers to it by `sha256` and `sentence`. */
export interface SpokenSentence {
  /** Of the samples. */
  sha256: string;
  sentence: string;
  /** Probability that a reading of other words matches as well, see chanceOfWords. */
  chance: number;
  /** [128], less `SpeakerEncoder.meanVoice`. */
  embedding: Float32Array;
}

/** Changes to a blend; 0 changes nothing. */
export interface ShapeControls {
  /** Semitones added to the median F0, -12..12. */
  pitchSt: number;
  /** Longer (below 0) or shorter (above 0) vocal tract, -1..1: moves formants by up to 15 %. */
  size: number;
  /** Breathiness, as a tilt of the timbre, -1..1. */
  breath: number;
}

export interface BlendInput {
  about: VoiceAbout;
  /** Name of the person who makes the blend, for its record. */
  maker: string;
  parts: { voiceId: string; weight: number }[];
  controls: ShapeControls;
}

/** The comlink interface of src/workers/enrolment.ts. Callbacks are comlink proxies. Rejections carry the error code in `name`. */
export interface EnrolmentApi {
  /** Downloads the networks, or reads them from this device. */
  load(baseUrl: string): Promise<void>;
  /** `samples`: mono at 8 to 192 kHz; the buffer may be transferred. Rejects with `input-marked` for speech that carries the mark. */
  clean(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    onProgress: (progress: Progress) => void,
  ): Promise<CleanedRecording>;
  /**
   * Analyses a recording of a permission sentence. Rejects with `input-empty` if it has too little speech, with
   * `input-marked` if it carries the mark or a trace of it, and with `consent-invalid` if `sentence` is not a permission sentence.
   */
  analyseSentence(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    sentence: string,
  ): Promise<SpokenSentence>;
  /** Makes a voice from recordings. */
  train(jobId: string, input: TrainingInput, onProgress: (progress: Progress) => void): Promise<VoiceDraft>;
  /** Makes a voice from other voices. */
  blend(input: BlendInput): Promise<VoiceDraft>;
  cancel(jobId: string): Promise<void>;
  ping(): Promise<void>;
}
