import type { Before } from '../containers/file-part';

/** Decoded sound of some milliseconds. */
export interface Chunk {
  /** One array of equal length for each channel. */
  planes: Float32Array[];
  sampleRateHz: number;
  /** Time of the first sample by the file's clock; before 0 lies what the encoder put in front. */
  atSeconds: number;
}

/** What could not be read of a track; filled while it is decoded. */
export interface Damage {
  /** Why reading ended before the end of the track. */
  cause?: unknown;
  /** Duration of the packets that could not be decoded, before others that could be. */
  skippedSeconds: number;
  /** Duration of those after the last one that could be decoded. */
  lastSkippedSeconds: number;
}

/** One sound track of a file. */
export interface SoundTrack {
  /** Among the file's sound tracks, from 1. */
  number: number;
  channels: number;
  sampleRateHz: number;
  /** Time of the first sample by the file's clock, 0 or later, but of a clock that has wrapped. */
  startSeconds: number;
  /** What lies before it in the file, `start` by default. */
  before?: Before;
  /** Seconds of sound missing before it, about, where that is a `loss`; null where that is not known. */
  lossSeconds?: number | null | undefined;
  /** From the first to the last sample, as the file states it or as counted; null where neither is possible. */
  seconds: number | null;
  /** Whether sound is there so many seconds after the first sample; absent where `seconds` says so. */
  reaches?: (seconds: number) => Promise<boolean>;
  /** Chunks in the order of time. Throws an UndecodableError where nothing can be decoded. */
  decode(damage: Damage): AsyncGenerator<Chunk>;
}

/** Why a file cannot be read as a stream. */
export interface Obstacle {
  /** Name of the codec that is not known here, or that this browser cannot decode. */
  codec?: string;
  /** The file is a video without sound. */
  hasNoSound?: boolean;
}

/** The file could not be read as a stream: unknown format, unreadable structure, or what the obstacle says. */
export class UndecodableError extends Error {
  constructor(
    readonly obstacle: Obstacle = {},
    cause?: unknown,
  ) {
    super(obstacle.codec ? `cannot decode ${obstacle.codec}` : 'not readable', { cause });
  }
}
