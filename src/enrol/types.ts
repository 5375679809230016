import type { VoiceAbout, VoiceDraft } from '../engine/voice';
import type { SealedRecord } from '../provenance';
import type { Piece } from './piece';

export interface Room {
  /** Time in which the sound of the room falls by 60 dB, estimated from how words end; null with too few of them. */
  decaySeconds: number | null;
}

export interface CleanedRecording {
  /** Mono, 16 kHz, without hum and hiss, its speech at -23 dBFS. */
  samples: Float32Array<ArrayBuffer>;
  pieces: Piece[];
  room: Room;
  /** Hum that was taken out, Hz; 0 where there was none. */
  humHz: number;
}

export interface Progress {
  /** 0..1. */
  fraction: number;
  /** Estimated seconds of work left; null before anything is known. */
  secondsLeft: number | null;
}

export interface TrainingInput {
  about: VoiceAbout;
  consent: SealedRecord;
  /** Cleaned recordings and the pieces of them that are kept. */
  recordings: { samples: Float32Array; pieces: Pick<Piece, 'startSeconds' | 'endSeconds'>[] }[];
}

/** What was read aloud, as the proof of a record names it. */
export interface Spoken {
  /** Of the samples. */
  sha256: string;
  sentence: string;
  /** That other words were said than those of the sentence, see chanceOfWords. */
  chance: number;
  /** [128], less the middle of all voices. */
  embedding: Float32Array;
}

/** What may be changed of a blend. All 0 leave it as it is. */
export interface ShapeControls {
  /** Semitones on the median pitch: children speak high, the old lower. -12..12. */
  pitchSt: number;
  /** Longer (below 0) or shorter (above 0) vocal tract. -1..1 moves formants by up to 15 %. */
  size: number;
  /** Noise in the voice, through the tilt of its timbre. -1..1. */
  breath: number;
}

export interface BlendInput {
  about: VoiceAbout;
  /** Who makes the blend, for its record. */
  maker: string;
  parts: { voiceId: string; weight: number }[];
  controls: ShapeControls;
}

/** The comlink interface of workers/enrolment.ts. Callbacks are comlink proxies. */
export interface EnrolmentApi {
  /** Fetches the networks (or reads them from this device). */
  load(baseUrl: string): Promise<void>;
  /** Mono, 8 to 192 kHz; the buffer may be transferred. Rejects with an EngineError's code in `name`. */
  clean(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    onProgress: (progress: Progress) => void,
  ): Promise<CleanedRecording>;
  /** Listens to a sentence read aloud just now. Rejects with `input-empty` when nobody speaks in it, and with `consent-invalid` for a sentence that is not one of leave. */
  hear(jobId: string, samples: Float32Array, sampleRateHz: number, sentence: string): Promise<Spoken>;
  /** Makes the voice. */
  train(jobId: string, input: TrainingInput, onProgress: (progress: Progress) => void): Promise<VoiceDraft>;
  /** Makes a voice of others. */
  blend(input: BlendInput): Promise<VoiceDraft>;
  cancel(jobId: string): Promise<void>;
  ping(): Promise<void>;
}
