import { conditionFeatures } from './condition-features';
import { ConditionMeter, FRAMES_PER_SECOND } from './condition-frames';
import { confidences, ConditionWatch, type Condition, type Confidences } from './conditions';
import type { SpectrumFrames } from './frontend';

/** The running window, and the time between two judgements. */
const WINDOW_SECONDS = 10;
const EVERY_SECONDS = 3;

/** Judges the last ten seconds of a running session every three. */
export class LiveConditions {
  private readonly meter = new ConditionMeter(WINDOW_SECONDS * FRAMES_PER_SECOND);
  private readonly watch = new ConditionWatch();
  private sinceJudged = 0;
  private gainDb = 0;

  get named(): Condition[] {
    return this.watch.named;
  }

  /** See `onSpectra` of StreamOptions. */
  push(samples: Float32Array, spectra: SpectrumFrames, gainDb: number): void {
    this.gainDb = gainDb;
    this.meter.push(samples, spectra);
    this.sinceJudged += spectra.frames;
  }

  /** Judges if it is time; called between two blocks. */
  update(): void {
    if (this.sinceJudged < EVERY_SECONDS * FRAMES_PER_SECOND) return;
    this.watch.push(this.judge());
  }

  /** Judges now, and names at once what is found. */
  judgeNow(): void {
    this.watch.set(this.judge());
  }

  private judge(): Confidences | null {
    this.sinceJudged = 0;
    const features = conditionFeatures(this.meter.read());
    return features && confidences(features, this.gainDb);
  }
}
