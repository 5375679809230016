/** What the header of an uncompressed file says. */
export interface SoundHeader {
  /** A `PcmCodec`, or the codec's name for people where it is none of them. */
  codec: string;
  channels: number;
  sampleRateHz: number;
  /** Where the samples begin, in bytes. */
  at: number;
  /** Size of the samples as stated, null where the header leaves it open. */
  bytes: number | null;
  /** Whether the stated size must be wrong, because what follows the samples is no part of the container. */
  isUnfinished?: boolean;
  /** Where the file's own bytes end and those of another one may begin; the end of the samples by default. */
  end?: number;
}
