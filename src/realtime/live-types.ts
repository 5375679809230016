import type {
  LoadProgress,
  ConversionControls,
  ConversionApi,
  SourceProfile,
  VoiceSummary,
  Backend,
} from '../engine/types';

/** State of a session. */
export type LivePhase = 'off' | 'starting' | 'live' | 'recovering';

/** The worker's source of microphone samples. */
export interface LiveSource {
  /** Number of samples that can be read. */
  readonly available: number;
  /** Resolves when there may be more, or after `timeoutMs`. May block the thread. */
  wait(timeoutMs: number): Promise<void>;
  /** Fills `into`; at least as many samples must be available. */
  read(into: Float32Array): void;
  skip(count: number): void;
}

/** Statistics that the loop writes; units as in the names. */
export type LiveMeter =
  'blocks' | 'blockMs' | 'blockLengthMs' | 'load' | 'algorithmicMs' | 'inputJumps' | 'feedback' | 'heard';

export interface LiveMeters {
  set(name: LiveMeter, value: number): void;
  add(name: LiveMeter, value: number): void;
  /** From output sample `fromSample` on, `seconds` of input have been skipped in all. */
  skip(fromSample: number, seconds: number): void;
}

/** Input and output of a running conversion. */
export interface LiveLink {
  /** Sample rate of the source. */
  sampleRateHz: number;
  source: LiveSource;
  /** Takes converted speech, mono at 24 kHz. */
  write(samples: Float32Array): void;
  meters: LiveMeters;
  close(): void;
}

export interface LiveSettings {
  voiceId: string;
  controls: ConversionControls;
  /** Null until the speaker has been measured. */
  profile: SourceProfile | null;
  /** Whether the profile is updated while they speak. */
  follows: boolean;
  /** Lowest input level in dBFS that counts as speech; null for no gate. */
  gateDb: number | null;
  /** The smallest block in content codes of 20 ms; blocks grow when the device cannot keep up. */
  blockCodes: number;
}

export interface LiveStatus {
  backend: Backend;
  voices: VoiceSummary[];
  /** Computing time per block over its duration, for the smallest and the largest block. */
  load: { smallest: number; largest: number };
}

/** Measurements of the microphone during a calibration. */
export interface CalibrationResult {
  profile: SourceProfile;
  /** 95th percentile of the frames' levels, dBFS. */
  loudDb: number;
}

/**
 * A block of a take being recorded: `input` at the rate of the microphone, `output` at 24 kHz. Concatenated over the take,
 * both are aligned and equally long.
 */
export interface RecordedBlock {
  input: Float32Array;
  output: Float32Array;
}

/** Faults that tests inject: a lost GPU, or a device `factor` times as slow for `seconds`. */
export type LiveFault = { kind: 'gpu' } | { kind: 'slow'; factor: number; seconds: number };

/** Why a running conversion ended; `name` is the error's code. */
export type LiveFailure = Pick<Error, 'name' | 'message'>;
export type LiveFailureHandler = (failure: LiveFailure) => void;

/** The comlink interface of src/workers/live.ts; `Ends` is the worker's side of the chain. */
export interface LiveApi<Ends> {
  load(
    options: Pick<Parameters<ConversionApi['load']>[0], 'baseUrl' | 'backend' | 'allowSoftwareGpu'> & {
      /** Result of an earlier load on this device; it is not measured again. */
      known?: LiveStatus;
    },
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LiveStatus>;
  /**
   * Starts a conversion and ends a running one. `onFailure` is called at most once, when the conversion fails or its
   * voice may not be used any more; `recording` gets what `record` posts, from the first sample on.
   */
  start(
    ends: Ends,
    settings: LiveSettings,
    onFailure: LiveFailureHandler,
    recording?: MessagePort,
  ): Promise<void>;
  /** Takes effect with the next block. Rejects with `no-voice`. */
  adjust(settings: LiveSettings): Promise<void>;
  /** As `ConversionApi.listVoices`. */
  listVoices(): Promise<VoiceSummary[]>;
  /** Measures the speaker over the next `seconds` of input. */
  calibrate(seconds: number): Promise<CalibrationResult>;
  /** Posts a RecordedBlock for every block to `port`, and null after `endRecording`, once all recorded input is converted. */
  record(port: MessagePort): Promise<void>;
  endRecording(): Promise<void>;
  /** The profile in use. */
  profile(): Promise<SourceProfile | null>;
  stop(): Promise<void>;
  /** For tests only, behind `?harness`. */
  simulate(fault: LiveFault): Promise<void>;
}
