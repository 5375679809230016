import type { EncodedPacket } from 'mediabunny';
import type { Chunk } from './sound-track';

/** Packets that wait in the browser's decoder at most. */
const MAX_QUEUED = 32;
/** Packets in a row that cannot be decoded, after which the rest is given up: at the beginning, and behind packets that were decoded. */
const MAX_FAILURES = 50;
const MAX_LATER_FAILURES = 5000;

/**
 * Whether sound can be decoded packet by packet. WebKitGTK (2.50.6) ends the tab instead, so this cannot be tried. Linux browsers of other
 * engines name another vendor.
 */
export function canReadDecoded({ vendor, userAgent }: Pick<Navigator, 'vendor' | 'userAgent'>): boolean {
  return !(vendor.startsWith('Apple') && userAgent.includes('Linux'));
}

/** The browser's decoder, started again after each packet that it fails at. */
export class PacketDecoder {
  /** Duration of the packets that could not be decoded, before others that could be. */
  skippedSeconds = 0;
  /** Duration of those after the last one that could be decoded. */
  lastSkippedSeconds = 0;
  private decoder: AudioDecoder;
  private decoded: Chunk[] = [];
  private failure: unknown;
  private failures = 0;
  private maxFailures = MAX_FAILURES;
  /** Packets that are not decoded yet, oldest first. */
  private pending: EncodedPacket[] = [];
  /** Whether the decoder that is open has returned anything. */
  private hasBegun = false;
  /** Time after the last chunk. */
  private endSeconds = 0;
  private wake: () => void = () => undefined;

  constructor(private readonly config: AudioDecoderConfig) {
    this.decoder = this.open();
  }

  /** Rejects with the decoder's error after 50 failures in a row at the beginning, later after 5000. */
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
    this.hasBegun = false;
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

  /** Takes the times of the packets, since Chromium counts on across gaps, and from 0 where the first packet lies before it. */
  private keep(data: AudioData): void {
    const packet = this.pending.shift();
    const seconds = data.numberOfFrames / data.sampleRate;
    // What the decoder leaves out at its start is the beginning of the packet.
    const left = this.hasBegun ? 0 : Math.max(0, (packet?.duration ?? 0) - seconds);
    const atSeconds = packet ? packet.timestamp + left : this.endSeconds;
    this.hasBegun = true;
    this.skippedSeconds += this.lastSkippedSeconds;
    this.lastSkippedSeconds = 0;
    this.failures = 0;
    this.maxFailures = MAX_LATER_FAILURES;
    this.endSeconds = atSeconds + seconds;
    // Firefox begins Vorbis with a chunk without samples.
    if (data.numberOfFrames > 0) {
      this.decoded.push({ planes: planesOf(data), sampleRateHz: data.sampleRate, atSeconds });
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
    if (++this.failures > this.maxFailures) throw this.failure;
    const [bad, ...rest] = this.pending.splice(0);
    this.lastSkippedSeconds += bad?.duration ?? 0;
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
