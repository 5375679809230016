import {
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  canEncodeAudio,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  WavOutputFormat,
  type AudioEncodingConfig,
  type MetadataTags,
  type OutputFormat,
} from 'mediabunny';
import type { MarkedSamples } from '../watermark';
import type { MarkedFile } from './marked-file';

export type ExportFormat = 'wav' | 'mp3' | 'm4a' | 'opus';

const CHUNK_SECONDS = 5;

interface FormatFacts {
  container: () => OutputFormat;
  encoding: AudioEncodingConfig;
  type: string;
  extension: string;
  /** Registers an encoder that is part of the app, for browsers without one. */
  registerEncoder?: () => Promise<void>;
}

const FORMATS: Record<ExportFormat, FormatFacts> = {
  wav: {
    container: () => new WavOutputFormat(),
    encoding: { codec: 'pcm-s16' },
    type: 'audio/wav',
    extension: 'wav',
  },
  mp3: {
    container: () => new Mp3OutputFormat(),
    encoding: { codec: 'mp3', bitrate: 96_000 },
    type: 'audio/mpeg',
    extension: 'mp3',
    registerEncoder: async () => (await import('@mediabunny/mp3-encoder')).registerMp3Encoder(),
  },
  m4a: {
    container: () => new Mp4OutputFormat({ fastStart: 'in-memory' }),
    encoding: { codec: 'aac', bitrate: 96_000 },
    type: 'audio/mp4',
    extension: 'm4a',
    registerEncoder: async () => (await import('@mediabunny/aac-encoder')).registerAacEncoder(),
  },
  opus: {
    container: () => new OggOutputFormat(),
    encoding: { codec: 'opus', bitrate: 48_000 },
    type: 'audio/ogg',
    extension: 'opus',
  },
};

/** Every format, WAV first. */
export const EXPORT_FORMATS = Object.keys(FORMATS) as ExportFormat[];

export function extensionOf(format: ExportFormat): string {
  return FORMATS[format].extension;
}

/** Whether this browser, or an encoder that is part of the app, can write the format. */
export async function canEncode(format: ExportFormat, sampleRate: number): Promise<boolean> {
  return FORMATS[format].registerEncoder !== undefined || browserEncodes(format, sampleRate);
}

export interface EncodeOptions {
  tags: MetadataTags;
  /** Called with the share of the samples that are encoded, 0..1. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal | undefined;
}

/** Encodes marked samples as a file. */
export async function encode(
  samples: MarkedSamples,
  sampleRate: number,
  format: ExportFormat,
  { tags, onProgress, signal }: EncodeOptions,
): Promise<MarkedFile> {
  const { container, encoding, type, registerEncoder } = FORMATS[format];
  if (registerEncoder && !(await browserEncodes(format, sampleRate))) await registerEncoder();
  const target = new BufferTarget();
  const output = new Output({ format: container(), target });
  const source = new AudioSampleSource(encoding);
  output.addAudioTrack(source);
  output.setMetadataTags(tags);
  await output.start();
  const step = CHUNK_SECONDS * sampleRate;
  for (let at = 0; at < samples.length; at += step) {
    if (signal?.aborted) await output.cancel();
    signal?.throwIfAborted();
    const data = samples.slice(at, at + step);
    const sample = new AudioSample({
      data,
      format: 'f32',
      numberOfChannels: 1,
      sampleRate,
      timestamp: at / sampleRate,
    });
    await source.add(sample);
    sample.close();
    onProgress(Math.min(1, (at + step) / samples.length));
  }
  await output.finalize();
  // eslint-disable-next-line understudy/marked-by-cast -- only marked samples were encoded
  return new Blob([target.buffer!], { type }) as MarkedFile;
}

async function browserEncodes(format: ExportFormat, sampleRate: number): Promise<boolean> {
  const { codec, bitrate } = FORMATS[format].encoding;
  if (format === 'wav') return true;
  return canEncodeAudio(codec, { numberOfChannels: 1, sampleRate, ...(bitrate && { bitrate }) });
}
