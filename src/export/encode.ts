import {
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  canEncodeAudio,
  EncodedAudioPacketSource,
  Mp3OutputFormat,
  Mp4OutputFormat,
  NullTarget,
  OggOutputFormat,
  Output,
  WavOutputFormat,
  type AudioEncodingConfig,
  type EncodedPacket,
  type MetadataTags,
  type OutputFormat,
} from 'mediabunny';
import { opusDuration } from '../audio/containers/opus';
import { resampleInChunks } from '../dsp/resample';
import { nextTask } from '../dsp/task';
import type { MarkedSamples } from '../watermark';
import type { MarkedFile } from './marked-file';
import { AAC_FRAME, aacPadding, completeXing, OPUS_RATE_HZ, opusDurations } from './timing';

export type ExportFormat = 'wav' | 'mp3' | 'm4a' | 'opus';

const CHUNK_SECONDS = 5;
/** Silence at 48 kHz after the samples, so that packets hold all of them in spite of the encoder's delay. */
const OPUS_TAIL = 1920;

/** What is encoded, mono. */
interface Sound {
  samples: Pick<MarkedSamples, 'length' | 'slice'>;
  rateHz: number;
}

interface FormatFacts {
  container: () => OutputFormat;
  encoding: AudioEncodingConfig;
  type: string;
  extension: string;
  /** Registers the encoder that is part of the app. */
  registerEncoder?: () => Promise<void>;
  write: (sound: Sound, facts: FormatFacts, options: EncodeOptions) => Promise<Uint8Array<ArrayBuffer>>;
}

const FORMATS: Record<ExportFormat, FormatFacts> = {
  wav: {
    container: () => new WavOutputFormat(),
    encoding: { codec: 'pcm-s16' },
    type: 'audio/wav',
    extension: 'wav',
    write: (sound, facts, options) => encodeInto(facts.container(), facts.encoding, sound, options),
  },
  mp3: {
    container: () => new Mp3OutputFormat(),
    encoding: { codec: 'mp3', bitrate: 96_000 },
    type: 'audio/mpeg',
    extension: 'mp3',
    registerEncoder: async () => (await import('@mediabunny/mp3-encoder')).registerMp3Encoder(),
    write: writeMp3,
  },
  m4a: {
    container: () => new Mp4OutputFormat({ fastStart: 'in-memory' }),
    encoding: { codec: 'aac', bitrate: 96_000 },
    type: 'audio/mp4',
    extension: 'm4a',
    registerEncoder: async () => (await import('@mediabunny/aac-encoder')).registerAacEncoder(),
    write: writeM4a,
  },
  opus: {
    container: () => new OggOutputFormat(),
    // At 48 kbit/s Chromium plays the file 2 samples of 48 kHz early, and ffmpeg does not; at 64 neither does.
    encoding: { codec: 'opus', bitrate: 64_000 },
    type: 'audio/ogg',
    extension: 'opus',
    write: writeOpus,
  },
};

/** Every format, WAV first. */
export const EXPORT_FORMATS = Object.keys(FORMATS) as ExportFormat[];

export function extensionOf(format: ExportFormat): string {
  return FORMATS[format].extension;
}

/** Whether this browser, or an encoder that is part of the app, can write the format. */
export async function canEncode(format: ExportFormat, sampleRate: number): Promise<boolean> {
  if (FORMATS[format].registerEncoder || format === 'wav') return true;
  const { codec, bitrate } = FORMATS[format].encoding;
  return canEncodeAudio(codec, { numberOfChannels: 1, sampleRate, ...(bitrate && { bitrate }) });
}

export interface EncodeOptions {
  tags: MetadataTags;
  /** Called with the share of the samples that are encoded, 0..1. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal | undefined;
  /** Bits a second, where the format loses anything; by default what suits it. */
  bitrate?: number | undefined;
}

/** Encodes marked samples as a file that plays from the first to the last of them, without what encoders put around them. */
export async function encode(
  samples: MarkedSamples,
  rateHz: number,
  format: ExportFormat,
  options: EncodeOptions,
): Promise<MarkedFile> {
  const { encoding, ...others } = FORMATS[format];
  const bitrate = encoding.bitrate && options.bitrate;
  const facts = { ...others, encoding: { ...encoding, ...(bitrate && { bitrate }) } };
  // Also where the browser has an encoder: how much that one puts in front is not known.
  await facts.registerEncoder?.();
  const bytes = await facts.write({ samples, rateHz }, facts, options);
  // eslint-disable-next-line understudy/marked-by-cast -- only marked samples were encoded
  return new Blob([bytes], { type: facts.type }) as MarkedFile;
}

async function writeMp3(sound: Sound, { encoding }: FormatFacts, options: EncodeOptions) {
  let xing: { start: number; end: number } | undefined;
  const container = new Mp3OutputFormat({
    onXingFrame: (frame, start) => (xing = { start, end: start + frame.length }),
  });
  const bytes = await encodeInto(container, encoding, sound, options);
  completeXing(bytes.subarray(xing!.start, xing!.end), sound.samples.length);
  return bytes;
}

async function writeM4a({ samples, rateHz }: Sound, facts: FormatFacts, options: EncodeOptions) {
  const padding = aacPadding(samples.length);
  const padded = new Float32Array(padding + samples.length);
  padded.set(samples.slice(), padding);
  const encoded = await packetsOf({ samples: padded, rateHz }, facts, options);
  // The muxer writes an edit list for what lies before time 0.
  const early = (AAC_FRAME + padding) / rateHz;
  const packets = encoded.packets.map((packet) => packet.clone({ timestamp: packet.timestamp - early }));
  return mux({ ...encoded, packets }, facts, options);
}

/** At the rate that Opus counts in: at another rate Chromium states its pre-skip in samples of that rate. */
async function writeOpus({ samples, rateHz }: Sound, facts: FormatFacts, options: EncodeOptions) {
  const resampled = await resampleInChunks(samples.slice(), rateHz, OPUS_RATE_HZ, async () => {
    options.signal?.throwIfAborted();
    await nextTask();
  });
  const padded = new Float32Array(resampled.length + OPUS_TAIL);
  padded.set(resampled);
  const encoded = await packetsOf({ samples: padded, rateHz: OPUS_RATE_HZ }, facts, options);
  const preSkip = preSkipOf(encoded.meta);
  // WebKitGTK states no durations.
  const durations = encoded.packets.map(({ data }) => opusDuration(data));
  const packets = opusDurations(durations, resampled.length, preSkip).map((duration, i) =>
    encoded.packets[i]!.clone({ duration: duration / OPUS_RATE_HZ }),
  );
  return mux({ ...encoded, packets }, facts, options);
}

/** From the identification header (RFC 7845, section 5.1). */
function preSkipOf(meta: EncodedAudioChunkMetadata): number {
  const head = meta.decoderConfig!.description as BufferSource;
  const view = ArrayBuffer.isView(head) ? new DataView(head.buffer, head.byteOffset) : new DataView(head);
  return view.getUint16(10, true);
}

interface Encoded {
  packets: EncodedPacket[];
  /** What the encoder says about them. */
  meta: EncodedAudioChunkMetadata;
}

async function packetsOf(sound: Sound, facts: FormatFacts, options: EncodeOptions): Promise<Encoded> {
  const packets: EncodedPacket[] = [];
  let meta: EncodedAudioChunkMetadata = {};
  const onEncodedPacket = (packet: EncodedPacket, about: EncodedAudioChunkMetadata | undefined) => {
    packets.push(packet);
    if (about?.decoderConfig) meta = about;
  };
  const output = new Output({ format: facts.container(), target: new NullTarget() });
  await encodeAll(output, { ...facts.encoding, onEncodedPacket }, sound, options);
  return { packets, meta };
}

async function mux(
  { packets, meta }: Encoded,
  { container, encoding }: FormatFacts,
  { tags }: EncodeOptions,
) {
  const target = new BufferTarget();
  const output = new Output({ format: container(), target });
  const source = new EncodedAudioPacketSource(encoding.codec);
  output.addAudioTrack(source);
  output.setMetadataTags(tags);
  await output.start();
  for (const packet of packets) await source.add(packet, meta);
  await output.finalize();
  return new Uint8Array(target.buffer!);
}

async function encodeInto(
  format: OutputFormat,
  encoding: AudioEncodingConfig,
  sound: Sound,
  options: EncodeOptions,
) {
  const target = new BufferTarget();
  const output = new Output({ format, target });
  output.setMetadataTags(options.tags);
  await encodeAll(output, encoding, sound, options);
  return new Uint8Array(target.buffer!);
}

async function encodeAll(
  output: Output,
  encoding: AudioEncodingConfig,
  { samples, rateHz }: Sound,
  { onProgress, signal }: EncodeOptions,
): Promise<void> {
  const source = new AudioSampleSource(encoding);
  output.addAudioTrack(source);
  await output.start();
  const step = CHUNK_SECONDS * rateHz;
  for (let at = 0; at < samples.length; at += step) {
    if (signal?.aborted) await output.cancel();
    signal?.throwIfAborted();
    const data = samples.slice(at, at + step);
    const sample = new AudioSample({
      data,
      format: 'f32',
      numberOfChannels: 1,
      sampleRate: rateHz,
      timestamp: at / rateHz,
    });
    await source.add(sample);
    sample.close();
    onProgress(Math.min(1, (at + step) / samples.length));
  }
  await output.finalize();
}
