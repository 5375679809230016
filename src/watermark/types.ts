/** What a mark says. */
export interface WatermarkPayload {
  /** Of the mark itself, 0..15. */
  version: number;
  /** Of the voice, 0..2^24 - 1; see `voiceId24`. */
  id24: number;
}

/** A stretch of a recording that carries the mark. */
export interface MarkedRange {
  /** Of the recording as it was given, right to about a second. */
  startSeconds: number;
  endSeconds: number;
  /** As for the whole recording, for this stretch alone. */
  pValue: number;
}

export interface Detection {
  /** `cannot-say`: too little sound, or a finding between chance and proof. */
  present: 'yes' | 'no' | 'cannot-say';
  /** At most this is the chance of such a finding in a recording without a mark, all that was tried included. */
  pValue: number;
  /** Hypotheses that `pValue` is corrected for: places, speeds, stretches and pitches. */
  tried: number;
  /** Marked stretches in order, apart from one another; empty where no mark was found. */
  ranges: MarkedRange[];
  /** How much faster than the original it plays, 1 = unchanged; right to about 1 %. */
  speed: number;
  /** How far its pitch stands above the original's, by the mark; right to about 20 cents. */
  pitchCents: number;
  payload: WatermarkPayload | null;
  /** Whether the payload's checksum holds and it is sure. */
  payloadOk: boolean;
  /** Chance of the payload, 0..1; 0 where none was read. */
  payloadConfidence: number;
}

/** The comlink interface of workers/detection.ts. Callbacks are comlink proxies. */
export interface DetectionApi {
  /** Mono, 8 to 192 kHz; the buffer may be transferred. Rejects with an error whose `name` is `cancelled`. */
  detect(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    onProgress: (fraction: number) => void,
  ): Promise<Detection>;
  cancel(jobId: string): Promise<void>;
}
