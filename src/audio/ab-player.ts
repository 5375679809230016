import { startContext } from './audio-context';
import { matchedGains } from './loudness';

export interface Track {
  samples: Float32Array;
  sampleRateHz: number;
}

export type Side = 'a' | 'b';

const FADE_SECONDS = 0.012;

/**
 * Plays one of two recordings of the same performance at equal loudness, and switches between them without a gap: both
 * sources run all the time, and only their gains change. `onEnd` is called when the end is reached, not on pause.
 */
export class AbPlayer {
  private context: AudioContext | undefined;
  private tracks: { buffer: AudioBuffer; gain: number }[] = [];
  private gains: GainNode[] = [];
  private sources: AudioBufferSourceNode[] = [];
  private side: Side = 'a';
  private startedAt = 0;
  private offsetSeconds = 0;
  /** While the device wakes. */
  private starting: Promise<void> | undefined;
  /** Whether it is still to be heard once the device is awake. */
  private isWanted = false;

  constructor(private readonly onEnd: () => void) {}

  /** `b` is undefined until the take has been converted. */
  setTracks(a: Track, b: Track | undefined): void {
    this.pause();
    this.offsetSeconds = 0;
    const gains = b ? matchedGains(a.samples, a.sampleRateHz, b.samples, b.sampleRateHz) : [1, 1];
    this.tracks = [a, ...(b ? [b] : [])].map((track, i) => ({ buffer: toBuffer(track), gain: gains[i]! }));
  }

  get isPlaying(): boolean {
    return this.sources.length > 0;
  }

  get seconds(): number {
    if (!this.isPlaying) return this.offsetSeconds;
    return Math.min(this.offsetSeconds + this.context!.currentTime - this.startedAt, this.duration);
  }

  get duration(): number {
    return Math.max(0, ...this.tracks.map((track) => track.buffer.duration));
  }

  /**
   * Resolves once it plays, or was paused before it could. A second call while the device wakes joins the first. Rejects with
   * AudioError `no-output`.
   */
  async play(): Promise<void> {
    if (this.isPlaying || this.tracks.length === 0) return;
    this.isWanted = true;
    this.starting ??= this.start().finally(() => (this.starting = undefined));
    await this.starting;
  }

  pause(): void {
    this.isWanted = false;
    this.offsetSeconds = this.seconds;
    this.stopSources();
  }

  async seek(seconds: number): Promise<void> {
    const wasPlaying = this.isPlaying;
    this.stopSources();
    this.offsetSeconds = Math.min(Math.max(0, seconds), this.duration);
    if (wasPlaying) await this.play();
  }

  choose(side: Side): void {
    this.side = side;
    this.gains.forEach((gain, i) =>
      gain.gain.setTargetAtTime(this.level(i), this.context!.currentTime, FADE_SECONDS),
    );
  }

  close(): void {
    this.isWanted = false;
    this.stopSources();
    void this.context?.close();
    this.context = undefined;
    this.tracks = [];
  }

  private async start(): Promise<void> {
    const context = (this.context ??= new AudioContext());
    await startContext(context, 'play');
    if (!this.isWanted) return;
    if (this.offsetSeconds >= this.duration - 0.01) this.offsetSeconds = 0;
    this.startedAt = context.currentTime;
    this.gains = this.tracks.map((_, i) => {
      const gain = new GainNode(context, { gain: this.level(i) });
      gain.connect(context.destination);
      return gain;
    });
    this.sources = this.tracks.map((track, i) => {
      const source = new AudioBufferSourceNode(context, { buffer: track.buffer });
      source.connect(this.gains[i]!);
      source.start(0, this.offsetSeconds);
      return source;
    });
    this.sources[0]!.onended = () => {
      this.stopSources();
      this.offsetSeconds = 0;
      this.onEnd();
    };
  }

  private level(index: number): number {
    const isAudible = this.tracks.length < 2 || index === (this.side === 'a' ? 0 : 1);
    return isAudible ? this.tracks[index]!.gain : 0;
  }

  private stopSources(): void {
    for (const source of this.sources) {
      source.onended = null;
      source.stop();
      source.disconnect();
    }
    for (const gain of this.gains) gain.disconnect();
    this.sources = [];
    this.gains = [];
  }
}

function toBuffer({ samples, sampleRateHz }: Track): AudioBuffer {
  const buffer = new AudioBuffer({ length: Math.max(1, samples.length), sampleRate: sampleRateHz });
  buffer.copyToChannel(samples as Float32Array<ArrayBuffer>, 0);
  return buffer;
}
