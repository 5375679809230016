import { ANALYSIS_RATE_HZ } from '../../dsp/signal';
import { MAX_CANDIDATES, type PitchCandidates } from './yin';

/** The lag of a frame is read out this many frames later. */
export const PATH_DELAY_FRAMES = 1;
const STATES = MAX_CANDIDATES + 1;
const HISTORY = PATH_DELAY_FRAMES + 1;
/** Cost of a change between voiced and unvoiced. */
const VOICING_CHANGE_COST = 0.25;
/** Cost of a change of the lag, per octave, limited to one octave. */
const JUMP_COST_PER_OCTAVE = 1.5;
/**
 * The cost of a candidate further than this from the speaker's median F0 is multiplied by 1 + 1.5 * (octaves - 0.5). Deep minima,
 * as of a clear high note, cost little, so their cost hardly rises.
 */
const REGISTER_OCTAVES = 0.5;
const PENALTY_PER_OCTAVE = 1.5;

/**
 * Fixed-lag Viterbi search through YIN's minima and an unvoiced state (state 0). Candidates far from the speaker's register
 * cost more, so that creak and breath are not tracked as voiced frames octaves higher (docs/decisions/0022-register.md).
 */
export class PitchPath {
  /** Rings of the last two frames: lags, costs and back pointers [2, 5]. */
  private readonly lags = new Float64Array(HISTORY * STATES);
  private readonly costs = new Float64Array(HISTORY * STATES);
  private readonly back = new Int8Array(HISTORY * STATES);
  /** Cost of the best path to each state of the last frame, less the lowest of them; and the same of the frame being scored. */
  private score = new Float64Array(STATES);
  private nextScore = new Float64Array(STATES);
  private best = 0;
  private scored = 0;

  /** Adds a frame. `registerHz`: the speaker's median F0; 0 if unknown, then no candidate is penalised. */
  step(found: PitchCandidates, unvoicedCost: number, registerHz: number): void {
    const t = this.scored++;
    const row = (t % HISTORY) * STATES;
    const before = ((t + HISTORY - 1) % HISTORY) * STATES;
    const { nextScore, score, lags, costs, back } = this;
    nextScore.fill(Infinity);
    for (let s = 0; s <= found.count; s++) {
      const lag = s === 0 ? 0 : found.lags[s - 1]!;
      const local = s === 0 ? unvoicedCost : found.costs[s - 1]! * (1 + registerPenalty(lag, registerHz));
      lags[row + s] = lag;
      costs[row + s] = s === 0 ? 1 : found.costs[s - 1]!;
      if (t === 0) {
        nextScore[s] = local;
        continue;
      }
      for (let p = 0; p < STATES; p++) {
        if (score[p] === Infinity) continue;
        const total = score[p]! + moveCost(lags[before + p]!, lag) + local;
        if (total < nextScore[s]!) {
          nextScore[s] = total;
          back[row + s] = p;
        }
      }
    }
    this.best = nextScore.indexOf(Math.min(...nextScore));
    const lowest = nextScore[this.best]!;
    for (let s = 0; s < STATES; s++) nextScore[s]! -= lowest;
    this.nextScore = score;
    this.score = nextScore;
  }

  /** Lag in samples at 16 kHz of frame `t`, one of the last two frames; 0 if unvoiced. */
  lagAt(t: number): number {
    return this.lags[this.placeAt(t)]!;
  }

  /** The candidate's own cost in frame `t`, one of the last two frames; 1 if unvoiced. */
  costAt(t: number): number {
    return this.costs[this.placeAt(t)]!;
  }

  private placeAt(t: number): number {
    let state = this.best;
    for (let at = this.scored - 1; at > t; at--) state = this.back[(at % HISTORY) * STATES + state]!;
    return (t % HISTORY) * STATES + state;
  }
}

function registerPenalty(lag: number, registerHz: number): number {
  if (!(registerHz > 0)) return 0;
  const octaves = Math.abs(Math.log2((lag * registerHz) / ANALYSIS_RATE_HZ));
  return PENALTY_PER_OCTAVE * Math.max(0, octaves - REGISTER_OCTAVES);
}

/** Cost between the lags of two consecutive frames; a lag of 0 is unvoiced. */
function moveCost(from: number, to: number): number {
  if (from === 0 && to === 0) return 0;
  if (from === 0 || to === 0) return VOICING_CHANGE_COST;
  return JUMP_COST_PER_OCTAVE * Math.min(1, Math.abs(Math.log2(to / from)));
}
