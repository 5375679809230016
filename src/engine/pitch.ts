import { REFINE_MARGIN, refineLag } from './pitch-refine';
import { SampleQueue } from './sample-queue';
import { ANALYSIS_HOP, ANALYSIS_RATE_HZ } from './signal';
import { MAX_CANDIDATES, PITCH_SPAN, Yin, type PitchCandidates } from './yin';

/** Frames of look-ahead of the window and of the path search; F0 of frame t is known after frame t + 3. */
const WINDOW_DELAY = 2;
const VITERBI_LAG = 1;
const STATES = MAX_CANDIDATES + 1;
const HISTORY = VITERBI_LAG + 1;
const UNVOICED_COST = 0.8;
const SWITCH_COST = 0.25;
const JUMP_COST = 1.5;
const QUIET_DB = -60;
const LEAD = PITCH_SPAN - ANALYSIS_HOP * (WINDOW_DELAY + 1);

export interface PitchFrames {
  /** [frames] Hz, 0 where unvoiced. */
  f0Hz: Float32Array;
  /** [frames], 0 or 1. */
  voiced: Float32Array;
}

const NONE: PitchCandidates = { count: 0, lags: new Float64Array(0), costs: new Float64Array(0) };

/**
 * F0 of a 16 kHz stream: YIN minima, then a Viterbi path over them and an unvoiced state, read out a
 * fixed frame late and refined around the start of its frame. Equal to `pitch` of models/pipeline/frontend.py.
 */
export class PitchTracker {
  private readonly yin = new Yin();
  private readonly samples = new SampleQueue();
  private readonly loudness = new SampleQueue(256);
  /** Rings of the last two frames: lags and back pointers [2, 5]. State 0 is unvoiced. */
  private readonly lags = new Float64Array(HISTORY * STATES);
  private readonly back = new Int8Array(HISTORY * STATES);
  private score = new Float64Array(STATES);
  private fresh = new Float64Array(STATES);
  private best = 0;
  private scored = 0;
  private emitted = 0;

  constructor() {
    this.samples.push(new Float32Array(LEAD));
  }

  /** Samples and the `loudnessDb` of the frames they complete -> the frames whose F0 is now known. */
  push(samples: Float32Array, loudnessDb: Float32Array): PitchFrames {
    this.samples.push(samples);
    this.loudness.push(loudnessDb);
    return this.advance(Math.floor((this.samples.end - LEAD) / ANALYSIS_HOP) - WINDOW_DELAY, VITERBI_LAG);
  }

  /** Flushes with zeros: every frame the loudness was given for is out after this. */
  end(): PitchFrames {
    this.samples.push(new Float32Array(REFINE_MARGIN));
    return this.advance(this.loudness.end, 0);
  }

  private advance(frames: number, lag: number): PitchFrames {
    const count = Math.max(0, frames - lag - this.emitted);
    const out = { f0Hz: new Float32Array(count), voiced: new Float32Array(count) };
    const first = this.emitted;
    while (this.scored < frames) {
      this.scoreFrame();
      if (this.scored - this.emitted > VITERBI_LAG) this.emit(out, first);
    }
    while (this.emitted < frames - lag) this.emit(out, first);
    this.samples.dropBefore(Math.min(this.scored * ANALYSIS_HOP, this.centre() - REFINE_MARGIN));
    this.loudness.dropBefore(this.scored);
    return out;
  }

  private scoreFrame(): void {
    const t = this.scored;
    const row = (t % HISTORY) * STATES;
    const before = ((t + HISTORY - 1) % HISTORY) * STATES;
    const from = t * ANALYSIS_HOP - this.samples.start;
    const quiet = !(this.loudness.view()[t - this.loudness.start]! > QUIET_DB);
    const found = quiet ? NONE : this.yin.candidates(this.samples.view().subarray(from, from + PITCH_SPAN));
    const { fresh, score, lags, back } = this;
    fresh.fill(Infinity);
    for (let s = 0; s <= found.count; s++) {
      const local = s === 0 ? UNVOICED_COST : found.costs[s - 1]!;
      lags[row + s] = s === 0 ? 0 : found.lags[s - 1]!;
      if (t === 0) {
        fresh[s] = local;
        continue;
      }
      for (let p = 0; p < STATES; p++) {
        if (score[p] === Infinity) continue;
        const total = score[p]! + this.moveCost(p, lags[before + p]!, s, lags[row + s]!) + local;
        if (total < fresh[s]!) {
          fresh[s] = total;
          back[row + s] = p;
        }
      }
    }
    this.best = fresh.indexOf(Math.min(...fresh));
    const low = fresh[this.best]!;
    for (let s = 0; s < STATES; s++) fresh[s]! -= low;
    this.fresh = score;
    this.score = fresh;
    this.scored++;
  }

  private moveCost(from: number, fromLag: number, to: number, toLag: number): number {
    if ((from === 0) !== (to === 0)) return SWITCH_COST;
    return to === 0 ? 0 : JUMP_COST * Math.min(1, Math.abs(Math.log2(toLag / fromLag)));
  }

  /** Where in the queue the frame begins that is emitted next. */
  private centre(): number {
    return LEAD + this.emitted * ANALYSIS_HOP;
  }

  private emit(out: PitchFrames, first: number): void {
    let state = this.best;
    for (let t = this.scored - 1; t > this.emitted; t--) state = this.back[(t % HISTORY) * STATES + state]!;
    if (state > 0) {
      const lag = this.lags[(this.emitted % HISTORY) * STATES + state]!;
      const refined = refineLag(this.samples.view(), this.centre() - this.samples.start, lag);
      out.f0Hz[this.emitted - first] = ANALYSIS_RATE_HZ / refined;
      out.voiced[this.emitted - first] = 1;
    }
    this.emitted++;
  }
}
