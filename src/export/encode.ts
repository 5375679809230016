import { registerMp3Encoder } from '@mediabunny/mp3-encoder';
import {
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  canEncodeAudio,
  Mp3OutputFormat,
  OggOutputFormat,
  Output,
  WavOutputFormat,
  type AudioEncodingConfig,
  type MetadataTags,
} from 'mediabunny';

export type ExportFormat = 'wav' | 'mp3' | 'opus';

const PIECE_SECONDS = 5;

const FORMATS = {
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
  },
  opus: {
    container: () => new OggOutputFormat(),
    encoding: { codec: 'opus', bitrate: 48_000 },
    type: 'audio/ogg',
    extension: 'opus',
  },
} as const satisfies Record<
  ExportFormat,
  { container: () => object; encoding: AudioEncodingConfig; type: string; extension: string }
>;

export function extensionOf(format: ExportFormat): string {
  return FORMATS[format].extension;
}

/** Whether this browser, or the encoder that comes with the app, can write the format. */
export async function canEncode(format: ExportFormat, sampleRate: number): Promise<boolean> {
  if (format !== 'opus') return true;
  return canEncodeAudio('opus', { numberOfChannels: 1, sampleRate, bitrate: FORMATS.opus.encoding.bitrate });
}

/** Mono samples -> the bytes of a file. Knows nothing of marks: only ./export may use it. */
export async function encode(
  samples: Float32Array,
  sampleRate: number,
  format: ExportFormat,
  tags: MetadataTags,
): Promise<Blob> {
  const { container, encoding, type } = FORMATS[format];
  if (format === 'mp3' && !(await canEncodeAudio('mp3', { numberOfChannels: 1, sampleRate })))
    registerMp3Encoder();
  const target = new BufferTarget();
  const output = new Output({ format: container(), target });
  const source = new AudioSampleSource(encoding);
  output.addAudioTrack(source);
  output.setMetadataTags(tags);
  await output.start();
  const step = PIECE_SECONDS * sampleRate;
  for (let at = 0; at < samples.length; at += step) {
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
  }
  await output.finalize();
  return new Blob([target.buffer!], { type });
}
