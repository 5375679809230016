/** What a mark says. */
export interface WatermarkPayload {
  /** Of the mark itself, 0..15. */
  version: number;
  /** Of the voice, 0..2^24 - 1; see `voiceId24`. */
  id24: number;
}

export interface Detection {
  /** `cannot-say`: too little sound, or a finding between chance and proof. */
  present: 'yes' | 'no' | 'cannot-say';
  /** At most this is the chance of such a finding in a recording without a mark, all that was tried included. */
  pValue: number;
  payload: WatermarkPayload | null;
  /** Whether the payload's checksum holds. */
  payloadOk: boolean;
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
