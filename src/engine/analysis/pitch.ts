import { clamp } from '../../dsp/arrays';
import { PATH_DELAY_FRAMES, PitchPath } from './pitch-path';
import { REFINE_MARGIN, refineLag } from './pitch-refine';
import { FloatQueue } from '../../dsp/float-queue';
import { ANALYSIS_HOP, ANALYSIS_RATE_HZ } from '../../dsp/signal';
import type { SourceProfile } from '../types';
import { PITCH_SPAN, Yin, type PitchCandidates } from './yin';

/** Frames that the window looks ahead; F0 of frame t is known after frame t + 3. */
const WINDOW_DELAY = 2;
const QUIET_DB = -60;
const UNVOICED_COST = 0.8;
/** So much more where a speaker who is known is loud: creak is voice. From 30 to 10 dB below their level it rises. */
const LOUD_COST = 0.3;
const [FAINT_DB, LOUD_DB] = [-30, -10];
const LEAD = PITCH_SPAN - ANALYSIS_HOP * (WINDOW_DELAY + 1);

export interface PitchFrames {
  /** [frames] Hz, 0 where unvoiced. */
  f0Hz: Float32Array;
  /** [frames], 0 or 1. */
  voiced: Float32Array;
  /** [frames] Hz, 0 where unvoiced: as it is heard by whoever knows no register. A register is learnt from this. */
  unbiasedF0Hz: Float32Array;
}

const NOBODY: SourceProfile = { medianF0Hz: 0, speechLevelDb: 0 };
const NONE: PitchCandidates = { count: 0, lags: new Float64Array(0), costs: new Float64Array(0) };

/**
 * F0 of a 16 kHz stream: YIN minima, then a path through them, read out a fixed frame late and refined around the
 * start of its frame. Equal to `pitch` of models/pipeline/frontend.py.
 */
export class PitchTracker {
  private readonly yin = new Yin();
  private readonly samples = new FloatQueue();
  private readonly loudness = new FloatQueue(256);
  private readonly path = new PitchPath();
  private readonly unbiased = new PitchPath();
  private scored = 0;
  private emitted = 0;

  /** `speaker`: of the frames that follow, at the level at which they are heard here; a median F0 of 0 where they are not known. */
  constructor(public speaker: SourceProfile = NOBODY) {
    this.samples.push(new Float32Array(LEAD));
  }

  /** Samples and the `loudnessDb` of the frames they complete -> the frames whose F0 is now known. */
  push(samples: Float32Array, loudnessDb: Float32Array): PitchFrames {
    this.samples.push(samples);
    this.loudness.push(loudnessDb);
    const whole = Math.floor((this.samples.end - LEAD) / ANALYSIS_HOP);
    return this.advance(whole - WINDOW_DELAY, PATH_DELAY_FRAMES);
  }

  /** Flushes with zeros: every frame the loudness was given for is out after this. */
  end(): PitchFrames {
    this.samples.push(new Float32Array(REFINE_MARGIN));
    return this.advance(this.loudness.end, 0);
  }

  private advance(frames: number, delay: number): PitchFrames {
    const count = Math.max(0, frames - delay - this.emitted);
    const make = () => new Float32Array(count);
    const out = { f0Hz: make(), voiced: make(), unbiasedF0Hz: make() };
    const first = this.emitted;
    while (this.scored < frames) {
      this.scoreFrame();
      if (this.scored - this.emitted > PATH_DELAY_FRAMES) this.emit(out, first);
    }
    while (this.emitted < frames - delay) this.emit(out, first);
    this.samples.dropBefore(Math.min(this.scored * ANALYSIS_HOP, this.centre() - REFINE_MARGIN));
    this.loudness.dropBefore(this.scored);
    return out;
  }

  private scoreFrame(): void {
    const t = this.scored++;
    const from = t * ANALYSIS_HOP - this.samples.start;
    const loudnessDb = this.loudness.view()[t - this.loudness.start]!;
    const quiet = !(loudnessDb > QUIET_DB);
    const found = quiet ? NONE : this.yin.candidates(this.samples.view().subarray(from, from + PITCH_SPAN));
    this.path.step(found, this.unvoicedCost(loudnessDb), this.speaker.medianF0Hz);
    this.unbiased.step(found, UNVOICED_COST, NOBODY.medianF0Hz);
  }

  private unvoicedCost(loudnessDb: number): number {
    const { medianF0Hz, speechLevelDb } = this.speaker;
    if (!(medianF0Hz > 0)) return UNVOICED_COST;
    const loud = (loudnessDb - speechLevelDb - FAINT_DB) / (LOUD_DB - FAINT_DB);
    return UNVOICED_COST + LOUD_COST * clamp(loud, 0, 1);
  }

  /** Where in the queue the frame begins that is emitted next. */
  private centre(): number {
    return LEAD + this.emitted * ANALYSIS_HOP;
  }

  private emit(out: PitchFrames, first: number): void {
    const at = this.emitted - first;
    const lag = this.path.lagAt(this.emitted);
    const unbiasedLag = this.unbiased.lagAt(this.emitted);
    const f0Hz = this.refined(lag);
    out.f0Hz[at] = f0Hz;
    out.voiced[at] = lag > 0 ? 1 : 0;
    out.unbiasedF0Hz[at] = unbiasedLag === lag ? f0Hz : this.refined(unbiasedLag);
    this.emitted++;
  }

  private refined(lag: number): number {
    if (lag === 0) return 0;
    return ANALYSIS_RATE_HZ / refineLag(this.samples.view(), this.centre() - this.samples.start, lag);
  }
}
