import type {
  LoadProgress,
  ConversionControls,
  ConversionApi,
  SourceProfile,
  VoiceSummary,
  Backend,
} from '../engine/types';

/** Of a session on the page. */
export type LivePhase = 'off' | 'starting' | 'live' | 'recovering';

/** Where the microphone's samples come from. */
export interface LiveSource {
  /** Samples that can be read. */
  readonly available: number;
  /** Resolves when there may be more, or after `timeoutMs`. May block the thread. */
  wait(timeoutMs: number): Promise<void>;
  /** Fills `into`; there must be as many samples. */
  read(into: Float32Array): void;
  skip(count: number): void;
}

/** What the loop tells of itself; units as in the names. */
export type LiveMeter =
  'blocks' | 'blockMs' | 'blockLengthMs' | 'load' | 'algorithmicMs' | 'inputJumps' | 'feedback';

export interface LiveMeters {
  set(name: LiveMeter, value: number): void;
  add(name: LiveMeter, value: number): void;
  /** From an output sample on, `seconds` of input are missing in all. */
  skip(fromSample: number, seconds: number): void;
}

/** The two ends of a running conversion. */
export interface LiveLink {
  /** Of the source. */
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
  /** Null while nobody has measured the speaker. */
  profile: SourceProfile | null;
  /** Whether the profile goes on being measured while they speak. */
  follows: boolean;
  /** Input level in dBFS that counts as speech; null for no gate. */
  gateDb: number | null;
  /** The smallest block in content codes of 20 ms; larger ones are taken when this device needs them. */
  blockCodes: number;
}

export interface LiveStatus {
  backend: Backend;
  voices: VoiceSummary[];
  /** Work per block as a share of its length, for the smallest and the largest block. */
  load: { smallest: number; largest: number };
}

/** What was heard in a stretch of time. */
export interface Heard {
  profile: SourceProfile;
  /** Level that 95 % of the frames stay below, dBFS. */
  loudDb: number;
}

/** A block of a take that is being recorded, aligned: `output` [n] at 24 kHz is what became of `input`, of the same length in seconds in the end. */
export interface RecordedBlock {
  input: Float32Array;
  output: Float32Array;
}

/** Faults that tests make: a lost GPU, or a device `factor` times as slow for some seconds. */
export type LiveFault = { kind: 'gpu' } | { kind: 'slow'; factor: number; seconds: number };

/** The comlink interface of workers/live.ts; `Ends` is the worker's side of the chain. */
export interface LiveApi<Ends> {
  load(
    options: Pick<Parameters<ConversionApi['load']>[0], 'baseUrl' | 'backend' | 'allowSoftwareGpu'> & {
      /** What an earlier load found here; it is not measured again. */
      known?: LiveStatus;
    },
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LiveStatus>;
  /**
   * Begins, in place of what ran before. `onFailure` is told once, with a message for the user, when it cannot go
   * on; `recording` gets what `record` posts, from the first sample on.
   */
  start(
    ends: Ends,
    settings: LiveSettings,
    onFailure: (message: string) => void,
    recording?: MessagePort,
  ): Promise<void>;
  /** Takes effect with the next block. Rejects with `no-voice`. */
  adjust(settings: LiveSettings): Promise<void>;
  /** Measures the speaker for so long. */
  listen(seconds: number): Promise<Heard>;
  /** Posts a RecordedBlock for every block to `port`, then null once recording has been ended. */
  record(port: MessagePort): Promise<void>;
  endRecording(): Promise<void>;
  /** The profile in use. */
  profile(): Promise<SourceProfile | null>;
  stop(): Promise<void>;
  /** For tests only, behind `?harness`. */
  simulate(fault: LiveFault): Promise<void>;
}
