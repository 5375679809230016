import { conditionFeatures, featureSteps } from './condition-features';
import { ConditionMeter, FRAMES_PER_SECOND } from './condition-frames';
import { confidences, ConditionWatch, type Condition } from './conditions';
import type { SpectrumFrames } from './frontend';

/** The running window, and the time between two judgements. */
const WINDOW_SECONDS = 10;
const EVERY_SECONDS = 5;

/** Judges the last ten seconds of a running session every five. */
export class LiveConditions {
  private readonly meter = new ConditionMeter(WINDOW_SECONDS * FRAMES_PER_SECOND);
  private readonly watch = new ConditionWatch();
  private sinceJudged = 0;
  private gainDb = 0;
  private steps: ReturnType<typeof featureSteps> | undefined;

  get named(): Condition[] {
    return this.watch.named;
  }

  /** See `onSpectra` of StreamOptions. */
  push(samples: Float32Array, spectra: SpectrumFrames, gainDb: number): void {
    this.gainDb = gainDb;
    this.meter.push(samples, spectra);
    this.sinceJudged += spectra.frames;
  }

  /** Computes a step of a judgement where one is due; called after every block. */
  update(): void {
    if (this.sinceJudged >= EVERY_SECONDS * FRAMES_PER_SECOND) {
      this.sinceJudged = 0;
      this.steps = featureSteps(this.meter.read());
    }
    const step = this.steps?.next();
    if (!step?.done) return;
    this.steps = undefined;
    this.watch.push(step.value && confidences(step.value, this.gainDb));
  }

  /** Judges now, and names at once what is found. */
  judgeNow(): void {
    const features = conditionFeatures(this.meter.read());
    this.watch.set(features && confidences(features, this.gainDb));
  }
}
