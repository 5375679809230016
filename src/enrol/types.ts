import type { VoiceAbout, VoiceDraft } from '../engine/voice';
import type { SealedRecord } from '../provenance';
import type { ShapeControls } from './shape';

/** Why a piece is left out. */
export const REASONS = ['too-short', 'clipped', 'noisy', 'music', 'other-speaker'] as const;
export type Reason = (typeof REASONS)[number];

export interface PieceQuality {
  /** Level of its speech, dBFS. */
  levelDb: number;
  /** Level of what lies beneath the speech, dBFS, before cleaning. */
  noiseDb: number;
  /** Share of its frames that are clipped, 0..1. */
  clippedShare: number;
  /** Share of its bands that are held, 0..1: in music many are. */
  steadyShare: number;
}

/** A stretch of speech between pauses. */
export interface Piece {
  startSeconds: number;
  endSeconds: number;
  quality: PieceQuality;
  /** Null for a piece that is good. */
  reason: Reason | null;
  /** [128], of the speaker network less the middle of all voices; empty where the piece is too short for it. */
  embedding: Float32Array;
  /** What the user said of it; it outweighs the reason. */
  choice: 'keep' | 'drop' | 'unheard';
}

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
