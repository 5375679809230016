import { concat } from '../dsp/arrays';
import { startContext } from './audio-context';
import type { Side } from './ab-player';
import { peakOf } from './check';
import { loudnessLkfs } from './loudness';

const FADE_SECONDS = 0.012;
/** Time from a start to the first sample, and by which a part that comes late is delayed. */
const LEAD_SECONDS = 0.02;
const MAX_PEAK = 0.98;

interface Part {
  buffer: AudioBuffer;
  fromSeconds: number;
}

/**
 * Plays a recording while it is still being made (`b`), and in its place, at equal loudness, the one that it is made from (`a`).
 * `b` is never amplified or attenuated but by the volume. All samples are mono at `sampleRateHz`.
 *
 * `onEnd` is called when the end is reached, not on pause.
 */
export class GrowingPlayer {
  private context: AudioContext | undefined;
  private master: GainNode | undefined;
  private gains: Record<Side, GainNode> | undefined;
  private parts: Part[] = [];
  private samples: Float32Array[] = [];
  private before: { buffer: AudioBuffer; gain: number } | undefined;
  private isComplete = false;
  private sources: AudioBufferSourceNode[] = [];
  private first: { samples: Float32Array; source: AudioBufferSourceNode; done: () => void } | undefined;
  private isStarted = false;
  private startedAt = 0;
  private offsetSeconds = 0;
  private side: Side = 'b';
  private level = 1;

  constructor(
    private readonly sampleRateHz: number,
    private readonly onEnd: () => void,
  ) {}

  /** 0..1, at once. */
  set volume(volume: number) {
    this.level = volume;
    if (this.master && this.context)
      this.master.gain.setTargetAtTime(volume, this.context.currentTime, FADE_SECONDS);
  }

  /** Starts the sound device, so that it runs when there is something to play. Rejects with AudioError `no-output`. */
  async wake(): Promise<void> {
    // At the rate of the parts: each would be resampled alone, with a seam between them.
    const context = (this.context ??= new AudioContext({ sampleRate: this.sampleRateHz }));
    await startContext(context, 'play');
  }

  /** Time of the sound device while it has something to play, in seconds; null otherwise. */
  get clockSeconds(): number | null {
    return this.context && (this.isStarted || this.first) ? this.context.currentTime : null;
  }

  /** Opens the sound device anew, where it has stopped, and plays on. Rejects with AudioError `no-output`. */
  async revive(): Promise<void> {
    const { first, isStarted } = this;
    if (first) first.source.onended = null;
    this.pause();
    this.closeContext();
    await this.wake();
    if (first && this.first === first) this.playFirstFrom(first.samples, first.done);
    if (isStarted) await this.play();
  }

  get isPlaying(): boolean {
    return this.isStarted;
  }

  get seconds(): number {
    if (!this.isStarted) return this.offsetSeconds;
    const played = this.offsetSeconds + this.context!.currentTime - this.startedAt;
    return Math.max(0, Math.min(played, this.duration));
  }

  /** Of what there is of `b`. */
  get duration(): number {
    const last = this.parts.at(-1);
    return last ? last.fromSeconds + last.buffer.duration : 0;
  }

  /** Appends the next samples to `b`. */
  append(samples: Float32Array): void {
    if (samples.length === 0) return;
    const part = { buffer: this.toBuffer(samples), fromSeconds: this.duration };
    this.parts.push(part);
    this.samples.push(samples);
    if (!this.isStarted) return;
    const isLate = this.startedAt + part.fromSeconds - this.offsetSeconds < this.context!.currentTime;
    if (isLate) this.restart(part.fromSeconds);
    else this.schedule(part);
  }

  /** `b` is complete. */
  complete(): void {
    this.isComplete = true;
    if (this.isStarted) this.awaitEnd();
  }

  /** The recording that `b` is made from. */
  setBefore(samples: Float32Array): void {
    const [own, other] = [samples, concat(this.samples)].map((each) => loudnessLkfs(each, this.sampleRateHz));
    const matched = 10 ** ((other! - own!) / 20);
    const gain = Math.min(Number.isFinite(matched) ? matched : 1, MAX_PEAK / Math.max(1e-6, peakOf(samples)));
    this.before = { buffer: this.toBuffer(samples), gain };
    if (this.isStarted) this.start(this.before.buffer, 'a', 0);
  }

  /** Plays from where it was paused, or from the start. Rejects with AudioError `no-output`. */
  async play(): Promise<void> {
    if (this.isStarted || this.parts.length === 0) return;
    await this.wake();
    if (this.isStarted) return;
    const isAtEnd = this.isComplete && this.offsetSeconds >= this.duration - 0.01;
    this.restart(isAtEnd ? 0 : this.offsetSeconds);
  }

  /** Plays `samples` before anything else; resolves when they have ended. Rejects with AudioError `no-output`. */
  async playFirst(samples: Float32Array): Promise<void> {
    await this.wake();
    await new Promise<void>((resolve) => this.playFirstFrom(samples, resolve));
  }

  pause(): void {
    this.offsetSeconds = this.seconds;
    this.stop();
  }

  choose(side: Side): void {
    this.side = side;
    for (const each of ['a', 'b'] as const)
      this.gains?.[each].gain.setTargetAtTime(this.gainOf(each), this.context!.currentTime, FADE_SECONDS);
  }

  /** Overwrites all samples; the next ones are the start of another recording. */
  clear(): void {
    this.first?.source.stop();
    this.stop();
    this.offsetSeconds = 0;
    this.isComplete = false;
    this.side = 'b';
    for (const samples of this.samples) samples.fill(0);
    for (const { buffer } of [...this.parts, ...(this.before ? [this.before] : [])])
      buffer.getChannelData(0).fill(0);
    this.parts = [];
    this.samples = [];
    this.before = undefined;
  }

  /** As `clear`, and releases the device. */
  close(): void {
    this.clear();
    this.closeContext();
  }

  private closeContext(): void {
    // Rejects where the browser has closed it.
    this.context?.close().catch(() => undefined);
    this.context = this.master = this.gains = undefined;
  }

  private playFirstFrom(samples: Float32Array, done: () => void): void {
    const context = this.context!;
    const gain = new GainNode(context, { gain: this.level });
    const source = new AudioBufferSourceNode(context, { buffer: this.toBuffer(samples) });
    source.connect(gain).connect(context.destination);
    this.first = { samples, source, done };
    source.onended = () => {
      if (this.first?.source !== source) return;
      this.first = undefined;
      done();
    };
    source.start();
  }

  private gainOf(side: Side): number {
    if (side !== this.side) return 0;
    return side === 'a' ? (this.before?.gain ?? 0) : 1;
  }

  /** Starts all parts from `seconds` on. */
  private restart(seconds: number): void {
    this.stop();
    const context = this.context!;
    this.isStarted = true;
    this.offsetSeconds = seconds;
    // On a whole sample, so that the parts join.
    this.startedAt = Math.ceil((context.currentTime + LEAD_SECONDS) * this.sampleRateHz) / this.sampleRateHz;
    this.master = new GainNode(context, { gain: this.level });
    this.master.connect(context.destination);
    this.gains = { a: this.addGain('a'), b: this.addGain('b') };
    if (this.before) this.start(this.before.buffer, 'a', 0);
    for (const part of this.parts) this.schedule(part);
    if (this.isComplete) this.awaitEnd();
  }

  private addGain(side: Side): GainNode {
    const gain = new GainNode(this.context!, { gain: this.gainOf(side) });
    gain.connect(this.master!);
    return gain;
  }

  private schedule({ buffer, fromSeconds }: Part): void {
    if (fromSeconds + buffer.duration > this.offsetSeconds) this.start(buffer, 'b', fromSeconds);
  }

  /** `fromSeconds`: where the buffer begins in the recording. */
  private start(buffer: AudioBuffer, side: Side, fromSeconds: number): void {
    const source = new AudioBufferSourceNode(this.context!, { buffer });
    source.connect(this.gains![side]);
    const due = this.startedAt + fromSeconds - this.offsetSeconds;
    const at = Math.max(due, this.startedAt, this.context!.currentTime);
    source.start(at, at - due);
    this.sources.push(source);
  }

  /** Ends with the last part, which was scheduled last. */
  private awaitEnd(): void {
    const finish = () => {
      this.stop();
      this.offsetSeconds = 0;
      this.onEnd();
    };
    const last = this.sources.at(-1);
    const endsAt = this.startedAt + this.duration - this.offsetSeconds;
    if (!last || endsAt <= this.context!.currentTime) finish();
    else last.onended = finish;
  }

  private stop(): void {
    this.isStarted = false;
    for (const source of this.sources) {
      source.onended = null;
      source.stop();
      source.disconnect();
      // The browser keeps what a node holds until it has collected the node.
      source.buffer = null;
    }
    this.sources = [];
    this.master?.disconnect();
    for (const gain of Object.values(this.gains ?? {})) gain.disconnect();
  }

  private toBuffer(samples: Float32Array): AudioBuffer {
    const buffer = new AudioBuffer({ length: Math.max(1, samples.length), sampleRate: this.sampleRateHz });
    buffer.copyToChannel(samples as Float32Array<ArrayBuffer>, 0);
    return buffer;
  }
}
