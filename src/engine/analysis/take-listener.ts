import { FloatQueue } from '../../dsp/float-queue';
import { Resampler } from '../../dsp/resample';
import { ANALYSIS_RATE_HZ } from '../../dsp/signal';
import type { SourceProfile } from '../types';
import { judgeTake } from './condition-take';
import type { Confidences } from './conditions';
import { Frontend } from './frontend';
import { PitchTracker, type PitchFrames } from './pitch';
import { medianF0Hz, noiseLevelDb, normaliseLoudness, speechLevelDb } from './profile';
import { trackPitchInChunks } from './track';
import { nextTask } from '../../dsp/task';

/** The pitch is not tracked before the speech level of this many frames is known. */
const FIRST_FRAMES = 100;
/** Where the speech level was taken to be further than this from that of the whole take, the pitch is tracked again at the end. */
const MAX_LEVEL_ERROR_DB = 6;

/**
 * Measures a take while it is recorded, so that its profile and judgement are there when it ends. As `profileTake`, but the loudness is
 * normalised by the speech level heard so far.
 */
export class TakeListener {
  private readonly resampler: Resampler;
  private readonly frontend = new Frontend();
  private readonly samples = new FloatQueue(ANALYSIS_RATE_HZ);
  private readonly loudness = new FloatQueue(256);
  private readonly tracker = new PitchTracker();
  private readonly f0Hz = new FloatQueue(256);
  private readonly clarity = new FloatQueue(256);
  /** Samples and frames that the tracker has been given, and the range of the speech levels that were assumed then. */
  private tracked = { samples: 0, frames: 0, lowDb: Infinity, highDb: -Infinity };

  /** Throws a SampleRateError. */
  constructor(sampleRateHz: number) {
    this.resampler = new Resampler(sampleRateHz, ANALYSIS_RATE_HZ);
  }

  get seconds(): number {
    return this.samples.end / ANALYSIS_RATE_HZ;
  }

  /** Level of the speech so far, dBFS; -80 before the first sound. */
  get levelDb(): number {
    return speechLevelDb(this.loudness.view());
  }

  /** Level of the background noise so far, dBFS. */
  get noiseDb(): number {
    return noiseLevelDb(this.loudness.view());
  }

  push(samples: Float32Array): void {
    this.analyse(this.resampler.push(samples));
    if (this.loudness.end >= FIRST_FRAMES) this.track();
  }

  /** The judgement of what was heard so far; see `judgeTake`. */
  judge(): Promise<Confidences | null> {
    return judgeTake(this.samples.view().slice(), ANALYSIS_RATE_HZ);
  }

  /** The profile of the whole take. Nothing may be pushed afterwards. */
  async finish(): Promise<SourceProfile> {
    this.analyse(this.resampler.end());
    this.track();
    this.keep(this.tracker.end());
    const { levelDb, noiseDb } = this;
    const { lowDb, highDb } = this.tracked;
    const isFar = Math.max(highDb - levelDb, levelDb - lowDb) > MAX_LEVEL_ERROR_DB;
    const { f0Hz, clarity, periodicity } = isFar
      ? await trackPitchInChunks(
          this.samples.view(),
          normaliseLoudness(this.loudness.view(), levelDb),
          nextTask,
        )
      : {
          f0Hz: this.f0Hz.view(),
          clarity: this.clarity.view(),
          periodicity: this.tracker.meanPeriodicity,
        };
    return { medianF0Hz: medianF0Hz(f0Hz, clarity), speechLevelDb: levelDb, noiseDb, periodicity };
  }

  /** Overwrites what was heard. */
  erase(): void {
    this.samples.view().fill(0);
    this.samples.dropBefore(this.samples.end);
  }

  private analyse(samples: Float32Array): void {
    this.samples.push(samples);
    this.loudness.push(this.frontend.push(samples).loudnessDb);
  }

  private track(): void {
    const { tracked, levelDb } = this;
    const samples = this.samples.view().subarray(tracked.samples);
    const loudnessDb = this.loudness.view().subarray(tracked.frames);
    this.keep(this.tracker.push(samples, normaliseLoudness(loudnessDb, levelDb)));
    this.tracked = {
      samples: this.samples.end,
      frames: this.loudness.end,
      lowDb: Math.min(tracked.lowDb, levelDb),
      highDb: Math.max(tracked.highDb, levelDb),
    };
  }

  private keep({ f0Hz, clarity }: PitchFrames): void {
    this.f0Hz.push(f0Hz);
    this.clarity.push(clarity);
  }
}
