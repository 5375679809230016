import { clamp } from '../../dsp/arrays';
import { RunningPeriodicity } from './running-periodicity';
import { PitchBand } from './pitch-band';
import { PATH_DELAY_FRAMES, PitchPath } from './pitch-path';
import { REFINE_MARGIN, refineLag } from './pitch-refine';
import { FloatQueue } from '../../dsp/float-queue';
import { ANALYSIS_HOP, ANALYSIS_RATE_HZ } from '../../dsp/signal';
import type { SourceProfile } from '../types';
import { PITCH_SPAN, Yin, type PitchCandidates } from './yin';

/** Look-ahead of YIN's window. With that of the path, F0 of frame t is known after frame t + 3. */
const WINDOW_DELAY_FRAMES = 2;
/** Frames with a lower loudness (dBFS) are unvoiced. */
const QUIET_DB = -60;
const UNVOICED_COST = 0.8;
/** In whispers only clear periods are voiced. */
const WHISPER_UNVOICED_COST = 0.25;
/**
 * Added to the unvoiced cost in loud frames of a known speaker, because creak is voiced: rises from 0 at 30 dB to 0.3 at 10 dB
 * below their speech level.
 */
const LOUD_COST = 0.3;
const [FAINT_DB, LOUD_DB] = [-30, -10];
/** Zeros before the first sample: the window of frame t covers samples [160 (t + 3) - 1024, 160 (t + 3)). */
const LEAD = PITCH_SPAN - ANALYSIS_HOP * (WINDOW_DELAY_FRAMES + 1);

export interface PitchFrames {
  /** [frames] Hz, 0 if unvoiced. */
  f0Hz: Float32Array;
  /** [frames], 0 or 1. */
  voiced: Float32Array;
  /**
   * [frames] Hz, 0 if unvoiced: tracked without the speaker's register. Profiles are measured from this, so that they can
   * follow a new speaker.
   */
  unbiasedF0Hz: Float32Array;
  /** [frames], 0..1, weights for the median of `unbiasedF0Hz`: (1 - cost)^4 of the minimum, and 0 if unvoiced. */
  clarity: Float32Array;
}

const UNKNOWN_SPEAKER: SourceProfile = { medianF0Hz: 0, speechLevelDb: 0 };
const NO_CANDIDATES: PitchCandidates = {
  count: 0,
  amplitude: 0,
  aperiodicity: 1,
  lags: new Float64Array(0),
  depths: new Float64Array(0),
  costs: new Float64Array(0),
};

/**
 * F0 of a 16 kHz stream between 200 Hz and 2 kHz: YIN minima, then a Viterbi path through them, read out one frame later and refined on a window
 * about the start of the frame. Equal to `pitch` of models/pipeline/frontend.py.
 */
export class PitchTracker {
  private readonly yin = new Yin();
  private readonly band = new PitchBand();
  private readonly samples = new FloatQueue();
  private readonly periodicity: RunningPeriodicity;
  private readonly loudness = new FloatQueue(256);
  private readonly path = new PitchPath();
  private readonly unbiased = new PitchPath();
  private scored = 0;
  private emitted = 0;

  /**
   * `speaker`: profile used for the frames scored from now on. Its speech level is that after the input gain, as in the samples
   * pushed; its median F0 is 0 if unknown.
   */
  constructor(public speaker: SourceProfile = UNKNOWN_SPEAKER) {
    this.samples.push(new Float32Array(LEAD));
    this.periodicity = new RunningPeriodicity(speaker.periodicity);
  }

  /** How periodic the samples so far were (see RunningPeriodicity); undefined before the first. */
  get meanPeriodicity(): number | undefined {
    return this.periodicity.mean;
  }

  /** Samples and the `loudnessDb` of the frames they complete -> the frames whose F0 is now known. */
  push(samples: Float32Array, loudnessDb: Float32Array): PitchFrames {
    this.samples.push(this.band.push(samples));
    this.loudness.push(loudnessDb);
    const whole = Math.floor((this.samples.end - LEAD) / ANALYSIS_HOP);
    return this.advance(whole - WINDOW_DELAY_FRAMES, PATH_DELAY_FRAMES);
  }

  /** Flushes with zeros and returns the remaining frames, up to the last whose loudness was pushed. */
  end(): PitchFrames {
    this.samples.push(new Float32Array(REFINE_MARGIN));
    return this.advance(this.loudness.end, 0);
  }

  private advance(frames: number, delay: number): PitchFrames {
    const count = Math.max(0, frames - delay - this.emitted);
    const make = () => new Float32Array(count);
    const out = { f0Hz: make(), voiced: make(), unbiasedF0Hz: make(), clarity: make() };
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
    const isQuiet = !(loudnessDb > QUIET_DB);
    const found = isQuiet
      ? NO_CANDIDATES
      : this.yin.candidates(this.samples.view().subarray(from, from + PITCH_SPAN));
    this.periodicity.push(found);
    const { voicing } = this.periodicity;
    const unvoiced = (cost: number) => WHISPER_UNVOICED_COST + voicing * (cost - WHISPER_UNVOICED_COST);
    this.path.step(found, unvoiced(this.unvoicedCost(loudnessDb)), this.speaker.medianF0Hz);
    this.unbiased.step(found, unvoiced(UNVOICED_COST), UNKNOWN_SPEAKER.medianF0Hz);
  }

  private unvoicedCost(loudnessDb: number): number {
    const { medianF0Hz, speechLevelDb } = this.speaker;
    if (!(medianF0Hz > 0)) return UNVOICED_COST;
    const loudShare = (loudnessDb - speechLevelDb - FAINT_DB) / (LOUD_DB - FAINT_DB);
    return UNVOICED_COST + LOUD_COST * clamp(loudShare, 0, 1);
  }

  /** Absolute index in the sample queue at which the next frame to emit starts. */
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
    out.clarity[at] = unbiasedLag > 0 ? Math.max(0, 1 - this.unbiased.costAt(this.emitted)) ** 4 : 0;
    this.emitted++;
  }

  private refined(lag: number): number {
    if (lag === 0) return 0;
    return ANALYSIS_RATE_HZ / refineLag(this.samples.view(), this.centre() - this.samples.start, lag);
  }
}
