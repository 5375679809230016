import { vi } from 'vitest';

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
    private readonly level: number,
    readonly numberOfFrames: number,
  ) {}

  copyTo(plane: Float32Array): void {
    // A tone, so that it is no offset.
    for (let i = 0; i < plane.length; i++) plane[i] = (i % 48 < 24 ? 1 : -1) * this.level;
  }

  close(): void {}
}

class FakeChunk {
  readonly timestamp: number;
  readonly fill: number;

  constructor({ timestamp, data }: { timestamp: number; data: Uint8Array }) {
    this.timestamp = timestamp;
    this.fill = data[1]!;
  }
}

class FakeAudioDecoder extends EventTarget {
  static readonly isConfigSupported = async ({ codec }: AudioDecoderConfig) => ({
    supported: codec === 'opus',
  });
  state: CodecState = 'unconfigured';
  decodeQueueSize = 0;
  private work = Promise.resolve();
  private nextTimestamp: number | undefined;

  constructor(
    private readonly init: { output: (data: FakeAudioData) => void; error: (cause: Error) => void },
  ) {
    super();
  }

  configure(): void {
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

  private run({ timestamp, fill }: FakeChunk): void {
    if (this.state === 'closed') return;
    this.decodeQueueSize--;
    this.dispatchEvent(new Event('dequeue'));
    if (fill !== BAD) {
      const frames = this.nextTimestamp === undefined ? FRAMES - PRE_SKIP : FRAMES;
      // As in Chromium, times go on across gaps.
      this.nextTimestamp ??= timestamp;
      this.init.output(new FakeAudioData(this.nextTimestamp, fill / 256, frames));
      this.nextTimestamp += (frames / 48000) * 1e6;
      return;
    }
    this.state = 'closed';
    this.decodeQueueSize = 0;
    this.init.error(new DOMException('bad packet', 'EncodingError'));
  }
}

/** Gives Node a decoder of "Opus": 960 samples for each packet, as loud as its second byte. */
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
