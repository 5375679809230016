import { startsWith } from '../../sniff';
import { WAV } from './after-sound';
import { aiffHeader, auHeader, cafHeader } from './pcm-headers';
import { BlobReader } from '../blob-reader';
import { readRest } from '../following';
import { isPcm, sampleBytes, type PcmCodec } from './pcm';
import { riffHeader, w64Header } from './riff';
import type { SoundHeader } from './sound-header';

export interface PcmFile {
  codec: PcmCodec;
  channels: number;
  sampleRateHz: number;
  at: number;
  /** Size of the samples that are there: whole frames. */
  bytes: number;
  /** Seconds that the header states but the file lacks. */
  missingSeconds: number;
  /** Whether the header states less than is there, because the recorder ended before it had written the size. */
  isUnfinished: boolean;
  /** Where another uncompressed file follows in the same bytes; null where none does. */
  next: number | null;
  /** Size of what follows in another format. */
  foreignBytes: number;
}

/** A container of PCM with another codec in it, which is named for people. */
export interface OtherCodec {
  other: string;
  /** The samples' bytes. */
  data: Blob;
}

type ReadHeader = (reader: BlobReader) => Promise<SoundHeader | null>;

const CONTAINERS: [string, ReadHeader][] = [
  [WAV, riffHeader],
  ['riff\x2e\x91\xcf\x11', w64Header],
  ['FORM....AIF', aiffHeader],
  ['.snd', auHeader],
  ['caff', cafHeader],
];

/**
 * Reads the header of a WAV (RIFF, RIFX, RF64), W64, AIFF, AIFF-C, AU or CAF file.
 *
 * Resolves with null for other formats and where the header is incomplete.
 */
export async function readPcmFile(file: Blob): Promise<PcmFile | OtherCodec | null> {
  const reader = new BlobReader(file);
  const header = await (await containerAt(reader, 0))?.(reader);
  if (!header || !(header.channels > 0) || !(header.sampleRateHz > 0)) return null;
  const { codec, channels, sampleRateHz, at, isUnfinished = false } = header;
  const there = Math.max(0, file.size - at);
  const stated = isUnfinished ? null : header.bytes;
  const kept = Math.min(there, stated ?? there);
  if (!isPcm(codec)) return { other: codec, data: file.slice(at, at + kept) };
  const frame = channels * sampleBytes(codec);
  const end = header.end ?? at + kept;
  const missingSeconds = Math.floor(((stated ?? 0) - there) / frame) / sampleRateHz;
  const next = end >= at + kept && (await containerAt(reader, end)) ? end : null;
  const isEnd = next === null && end >= at + kept && missingSeconds <= 0;
  return {
    codec,
    channels,
    sampleRateHz,
    at,
    bytes: Math.floor(kept / frame) * frame,
    missingSeconds: Math.max(0, missingSeconds),
    isUnfinished,
    next,
    foreignBytes: isEnd ? (await readRest(reader, end)).foreignBytes : 0,
  };
}

async function containerAt(reader: BlobReader, at: number): Promise<ReadHeader | undefined> {
  const head = await reader.read(at, 16);
  return CONTAINERS.find(([signature]) => startsWith(head, signature))?.[1];
}
