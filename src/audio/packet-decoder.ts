import type { EncodedPacket } from 'mediabunny';
import type { Chunk } from './sound-track';

/** Packets that wait in the browser's decoder at most. */
const MAX_QUEUED = 32;
/** Packets in a row that cannot be decoded, after which the rest is given up. */
const MAX_FAILURES = 50;

/** The browser's decoder, started again after each packet that it fails at. */
export class PacketDecoder {
  /** Duration of the packets that could not be decoded. */
  skippedSeconds = 0;
  private decoder: AudioDecoder;
  private decoded: Chunk[] = [];
  private failure: unknown;
  private failures = 0;
  /** Packets that are not decoded yet, oldest first. */
  private pending: EncodedPacket[] = [];
  /** Seconds to add to the decoder's times: Chromium counts from 0 where the first packet has a time before it. */
  private offsetSeconds: number | undefined;
  private wake: () => void = () => undefined;

  constructor(private readonly config: AudioDecoderConfig) {
    this.decoder = this.open();
  }

  /** Rejects with the decoder's error after 50 failures in a row. */
  async push(packet: EncodedPacket): Promise<void> {
    this.submit(packet);
    while (this.decoder.decodeQueueSize > MAX_QUEUED) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    this.recover();
  }

  /** Decodes what is pending; rejects as `push`. */
  async end(): Promise<void> {
    do {
      this.recover();
      await this.decoder.flush().catch((cause: unknown) => this.fail(cause));
    } while (this.decoder.state === 'closed');
    this.decoder.close();
  }

  /** What has been decoded since the last call. */
  take(): Chunk[] {
    return this.decoded.splice(0);
  }

  close(): void {
    if (this.decoder.state !== 'closed') this.decoder.close();
  }

  private open(): AudioDecoder {
    this.offsetSeconds = undefined;
    const decoder = new AudioDecoder({
      output: (data) => this.keep(data),
      error: (cause) => this.fail(cause),
    });
    decoder.addEventListener('dequeue', () => this.wake());
    decoder.configure(this.config);
    return decoder;
  }

  private submit(packet: EncodedPacket): void {
    this.pending.push(packet);
    if (this.decoder.state === 'configured') this.decoder.decode(packet.toEncodedAudioChunk());
  }

  private keep(data: AudioData): void {
    const packet = this.pending.shift();
    const seconds = data.timestamp / 1e6;
    this.failures = 0;
    this.offsetSeconds ??= packet ? packet.timestamp - seconds : 0;
    // Firefox begins Vorbis with a chunk without samples.
    if (data.numberOfFrames > 0) {
      this.decoded.push({
        planes: planesOf(data),
        sampleRateHz: data.sampleRate,
        atSeconds: seconds + this.offsetSeconds,
      });
    }
    data.close();
    this.wake();
  }

  private fail(cause: unknown): void {
    this.failure = cause;
    this.wake();
  }

  /** Leaves out the packet that the decoder ended at, and decodes those after it. */
  private recover(): void {
    if (this.decoder.state !== 'closed') return;
    if (++this.failures > MAX_FAILURES) throw this.failure;
    const [bad, ...rest] = this.pending.splice(0);
    this.skippedSeconds += bad?.duration ?? 0;
    this.decoder = this.open();
    for (const packet of rest) this.submit(packet);
  }
}

function planesOf(data: AudioData): Float32Array[] {
  return Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
    const plane = new Float32Array(data.numberOfFrames);
    data.copyTo(plane, { planeIndex, format: 'f32-planar' });
    return plane;
  });
}
