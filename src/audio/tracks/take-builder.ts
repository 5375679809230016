import { Resampler } from '../../dsp/resample';
import { startsClock, type Before } from '../containers/file-part';
import { checkShape, JITTER_SECONDS, keptRate, MAX_GAP_SECONDS, MAX_SECONDS } from '../limits';
import { MonoMixer } from '../mono';
import { SampleStore } from '../sample-store';
import type { Chunk } from './sound-track';

/** Missing sound that was replaced with silence, in seconds of the take. */
export interface Hole {
  atSeconds: number;
  seconds: number;
}

/** Missing sound that was not replaced with silence. */
export interface Loss {
  /** Where the sound goes on, in seconds of the take. */
  atSeconds: number;
  /** About; null where it is not known. */
  seconds: number | null;
}

export interface TakeOptions {
  name: string;
  /** Of the whole recording; null where it is not known. */
  seconds: number | null;
  /** The highest rate of its parts, where there are several. */
  rateHz?: number | undefined;
  /** Index of the only channel to take. */
  channel?: number | undefined;
}

/** Builds one recording from decoded chunks: mono samples, resampled to the rate they are kept at, with silence in the gaps. */
export class TakeBuilder {
  /** The highest rate of the chunks. */
  sourceRateHz = 0;
  keptRateHz = 0;
  /** Seconds of silence put between parts whose clock goes on. */
  betweenSeconds = 0;
  readonly holes: Hole[] = [];
  /** Times at which a part begins behind one whose end is missing. */
  readonly breaksSeconds: number[] = [];
  readonly losses: Loss[] = [];
  /** Seconds by which the clock was set forward. */
  jumpSeconds = 0;
  /** The loudest channel, where channels cancel each other out. */
  cancelledFor: number | undefined;
  private chunkRateHz = 0;
  private mixer = new MonoMixer(0);
  private store = new SampleStore(1);
  private resampler: Resampler | undefined;
  private endSeconds: number | undefined;
  /** What lies before the part of which nothing has been added yet. */
  private before: Before | undefined;
  private resampledSeconds = 0;
  private stretchSamples = 0;

  constructor(private readonly options: TakeOptions) {}

  get seconds(): number {
    return this.resampledSeconds + (this.chunkRateHz && this.stretchSamples / this.chunkRateHz);
  }

  /** Throws `channels` or `sample-rate`. A rate or number of channels that changes starts a new stretch. */
  add({ planes, sampleRateHz, atSeconds }: Chunk): void {
    if (sampleRateHz !== this.chunkRateHz || planes.length !== this.mixer.channels)
      this.begin(sampleRateHz, planes.length);
    // Samples before time 0 are the encoder's priming.
    const skip = Math.max(0, Math.round(-atSeconds * sampleRateHz));
    const frames = planes[0]!.length - skip;
    if (frames <= 0) return;
    this.fillGap(atSeconds + skip / sampleRateHz);
    this.append(skip > 0 ? planes.map((plane) => plane.subarray(skip)) : planes);
    this.endSeconds = atSeconds + planes[0]!.length / sampleRateHz;
  }

  /** A part follows. `lossSeconds`: of the sound missing before it, where that is a `loss`. */
  startPart(before: Before, lossSeconds: number | null = null): void {
    if (before === 'break') this.breaksSeconds.push(this.seconds);
    if (before === 'loss') this.losses.push({ atSeconds: this.seconds, seconds: lossSeconds });
    if (startsClock(before)) this.endSeconds = undefined;
    if (before === 'late') this.endSeconds = 0;
    this.before = before;
  }

  finish(): Float32Array {
    this.endStretch();
    return this.store.take();
  }

  /** The decoder's rate and channels can differ from the container's (HE-AAC doubles the rate), so the chunks decide. */
  private begin(rateHz: number, channels: number): void {
    const { name, seconds, channel } = this.options;
    checkShape(channels, rateHz, name);
    if (this.keptRateHz === 0) {
      this.keptRateHz = keptRate(this.options.rateHz ?? rateHz, seconds);
      this.store = new SampleStore(Math.min(seconds ?? 10, MAX_SECONDS) * this.keptRateHz);
    } else {
      this.endStretch();
    }
    this.chunkRateHz = rateHz;
    this.sourceRateHz = Math.max(this.sourceRateHz, rateHz);
    this.mixer = new MonoMixer(channels, channel !== undefined && channel < channels ? channel : undefined);
    this.resampler = this.keptRateHz === rateHz ? undefined : new Resampler(rateHz, this.keptRateHz);
  }

  private endStretch(): void {
    this.cancelledFor ??= this.mixer.cancelledFor;
    if (this.resampler) this.store.append(this.resampler.end());
    this.resampledSeconds = this.seconds;
    this.stretchSamples = 0;
    this.resampler = undefined;
  }

  private fillGap(atSeconds: number): void {
    const gap = this.endSeconds === undefined ? 0 : atSeconds - this.endSeconds;
    const { before } = this;
    const isBetween = before === 'late' || before === 'pause' || before === 'hole';
    this.before = undefined;
    if (gap <= (isBetween ? 0 : JITTER_SECONDS)) return;
    if (gap > MAX_GAP_SECONDS) {
      this.jumpSeconds += gap;
      return;
    }
    if (isBetween) this.betweenSeconds += gap;
    if (isBetween && before !== 'pause') this.holes.push({ atSeconds: this.seconds, seconds: gap });
    const frames = Math.round(gap * this.chunkRateHz);
    this.append(Array.from({ length: this.mixer.channels }, () => new Float32Array(frames)));
  }

  private append(planes: Float32Array[]): void {
    const mixed = this.mixer.mix(planes);
    this.stretchSamples += mixed.length;
    this.store.append(this.resampler ? this.resampler.push(mixed) : mixed);
  }
}
