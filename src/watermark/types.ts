/** The bits that a mark carries. */
export interface WatermarkPayload {
  /** Version of the mark, 0..15. */
  version: number;
  /** Id of the voice, 0..2^24 - 1; see `voiceId24`. */
  id24: number;
}

/** A range of a recording that carries the mark. */
export interface MarkedRange {
  /** Time in the analysed recording, to within about 1 s. */
  startSeconds: number;
  endSeconds: number;
  /** As `Detection.pValue`, for this range alone. */
  pValue: number;
}

export interface Detection {
  /** `cannot-say`: less than 2 s of sound, or a p-value between those of detection and absence. */
  present: 'yes' | 'no' | 'cannot-say';
  /** Upper bound on the probability of such a result in an unmarked recording, corrected for all hypotheses tested. */
  pValue: number;
  /** Number of hypotheses that `pValue` is corrected for: windows, phases, time and frequency scales. */
  tried: number;
  /** In order, without overlap; empty where no mark was detected. */
  ranges: MarkedRange[];
  /** Playback speed relative to the original, 1 = unchanged; to within about 1 %. */
  speed: number;
  /** Pitch relative to the original, measured by the mark; to within about 20 cents. */
  pitchCents: number;
  payload: WatermarkPayload | null;
  /** Whether the payload's checksum is valid and the confidence at least 0.9999. */
  payloadOk: boolean;
  /** Posterior probability of the payload, 0..1; 0 where none was decoded. */
  payloadConfidence: number;
}

/** The comlink interface of src/workers/detection.ts. Callbacks are comlink proxies. */
export interface DetectionApi {
  /** Mono, 8 to 192 kHz; the buffer may be transferred. Rejects with an error whose `name` is `cancelled`. */
  detect(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    onProgress: (fraction: number) => void,
  ): Promise<Detection>;
  cancel(jobId: string): Promise<void>;
  /** Resolves while the worker is alive; never resolves after it has crashed. */
  ping(): Promise<void>;
}
