import { vi } from 'vitest';
import { AAC_BLOCK, FLAC_BLOCK, MP3_BLOCK } from './audio-files';

/** A packet of `opusPacket` with this content cannot be decoded. */
export const BAD = 0xff;

const FRAMES = 960;
/** Samples that the decoder leaves out at the start, as `oggOpus` states them. */
const PRE_SKIP = 312;

class FakeAudioData {
  readonly format = 'f32-planar';
  readonly numberOfChannels = 1;
  readonly sampleRate = 48000;

  constructor(
    readonly timestamp: number,
    private readonly samples: Float32Array,
  ) {}

  get numberOfFrames(): number {
    return this.samples.length;
  }

  copyTo(plane: Float32Array): void {
    plane.set(this.samples);
  }

  close(): void {}
}

class FakeChunk {
  readonly timestamp: number;
  readonly data: Uint8Array;

  constructor({ timestamp, data }: { timestamp: number; data: Uint8Array }) {
    this.timestamp = timestamp;
    this.data = data;
  }
}

class FakeAudioDecoder extends EventTarget {
  static readonly isConfigSupported = async ({ codec }: AudioDecoderConfig) => ({
    supported: ['opus', 'flac', 'mp3', 'mp4a.40.2'].includes(codec),
  });
  state: CodecState = 'unconfigured';
  decodeQueueSize = 0;
  private codec = '';
  private work = Promise.resolve();
  private nextTimestamp: number | undefined;

  constructor(
    private readonly init: { output: (data: FakeAudioData) => void; error: (cause: Error) => void },
  ) {
    super();
  }

  configure({ codec }: AudioDecoderConfig): void {
    this.codec = codec;
    this.state = 'configured';
  }

  decode(chunk: FakeChunk): void {
    this.decodeQueueSize++;
    this.work = this.work.then(() => this.run(chunk));
  }

  async flush(): Promise<void> {
    await this.work;
    if (this.state === 'closed') throw new DOMException('closed', 'EncodingError');
  }

  close(): void {
    this.state = 'closed';
  }

  private run({ timestamp, data }: FakeChunk): void {
    if (this.state === 'closed') return;
    this.decodeQueueSize--;
    this.dispatchEvent(new Event('dequeue'));
    const samples = this.samplesOf(data);
    if (samples) {
      // As in Chromium, times go on across gaps.
      this.nextTimestamp ??= timestamp;
      this.init.output(new FakeAudioData(this.nextTimestamp, samples));
      this.nextTimestamp += (samples.length / 48000) * 1e6;
      return;
    }
    this.state = 'closed';
    this.decodeQueueSize = 0;
    this.init.error(new DOMException('bad packet', 'EncodingError'));
  }

  private samplesOf(data: Uint8Array): Float32Array | null {
    if (this.codec === 'flac') return flacSamples(data);
    if (this.codec === 'mp3') return tone(MP3_BLOCK, data.at(-1)!);
    if (this.codec.startsWith('mp4a')) return tone(AAC_BLOCK, data.at(-1)!);
    return this.opusSamples(data[1]!);
  }

  private opusSamples(fill: number): Float32Array | null {
    if (fill === BAD) return null;
    const length = this.nextTimestamp === undefined ? FRAMES - PRE_SKIP : FRAMES;
    return tone(length, fill);
  }
}

/** Without an offset, of whole periods in each frame. */
function tone(length: number, fill: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i % 32 < 16 ? 1 : -1) * fill) / 256);
}

/** Of a frame of `flac`: the samples lie before the checksum. */
function flacSamples(frame: Uint8Array): Float32Array | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const start = frame.length - 2 - 2 * FLAC_BLOCK;
  if (start < 7 || start > 10) return null;
  return Float32Array.from({ length: FLAC_BLOCK }, (_, i) => view.getInt16(start + 2 * i) / 32768);
}

/** Gives Node a decoder of "Opus", 960 samples for each packet, as loud as its second byte, and of what `flac`, `mp3` and `adts` write. */
export function installFakeDecoder(): void {
  vi.stubGlobal('navigator', { vendor: 'Google Inc.', userAgent: '' });
  vi.stubGlobal('AudioDecoder', FakeAudioDecoder);
  vi.stubGlobal('EncodedAudioChunk', FakeChunk);
  vi.stubGlobal('AudioData', FakeAudioData);
  vi.stubGlobal(
    'OfflineAudioContext',
    class {
      decodeAudioData = () => Promise.reject(new DOMException('unknown', 'EncodingError'));
    },
  );
}
