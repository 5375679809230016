import { ANALYSIS_RATE_HZ } from '../../dsp/signal';
import { MAX_CANDIDATES, type PitchCandidates } from './yin';

/** Frames after which the path through a frame is read out. */
export const PATH_DELAY_FRAMES = 1;
const STATES = MAX_CANDIDATES + 1;
const HISTORY = PATH_DELAY_FRAMES + 1;
const SWITCH_COST = 0.25;
const JUMP_COST = 1.5;
/** F0 is rarely further from a speaker's median; what seems so was most likely misheard by an octave. */
export const REGISTER_OCTAVES = 0.7;
/** By so much of itself a candidate costs more with each octave beyond: deep dips, of a clear high note, hardly do. */
const STRANGENESS = 1.2;

/**
 * Fixed-lag Viterbi search through YIN's minima and an unvoiced state (state 0). Far from the speaker's register a
 * candidate costs more, so that creak and breath are not taken for a voice octaves higher
 * (docs/decisions/0022-register.md).
 */
export class PitchPath {
  /** Rings of the last two frames: lags and back pointers [2, 5]. */
  private readonly lags = new Float64Array(HISTORY * STATES);
  private readonly back = new Int8Array(HISTORY * STATES);
  private score = new Float64Array(STATES);
  private fresh = new Float64Array(STATES);
  private best = 0;
  private scored = 0;

  /** Goes on by a frame. `registerHz`: the speaker's median F0, 0 where it is not known: then every candidate is as likely. */
  step(found: PitchCandidates, unvoicedCost: number, registerHz: number): void {
    const t = this.scored++;
    const row = (t % HISTORY) * STATES;
    const before = ((t + HISTORY - 1) % HISTORY) * STATES;
    const { fresh, score, lags, back } = this;
    fresh.fill(Infinity);
    for (let s = 0; s <= found.count; s++) {
      const lag = s === 0 ? 0 : found.lags[s - 1]!;
      const local = s === 0 ? unvoicedCost : found.costs[s - 1]! * (1 + strangeness(lag, registerHz));
      lags[row + s] = lag;
      if (t === 0) {
        fresh[s] = local;
        continue;
      }
      for (let p = 0; p < STATES; p++) {
        if (score[p] === Infinity) continue;
        const total = score[p]! + moveCost(lags[before + p]!, lag) + local;
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
  }

  /** Lag in samples at 16 kHz of frame `t`, one of the last two; 0 where unvoiced. */
  lagAt(t: number): number {
    let state = this.best;
    for (let at = this.scored - 1; at > t; at--) state = this.back[(at % HISTORY) * STATES + state]!;
    return this.lags[(t % HISTORY) * STATES + state]!;
  }
}

function strangeness(lag: number, registerHz: number): number {
  if (!(registerHz > 0)) return 0;
  const octaves = Math.abs(Math.log2((lag * registerHz) / ANALYSIS_RATE_HZ));
  return STRANGENESS * Math.max(0, octaves - REGISTER_OCTAVES);
}

/** Between lags of frames that follow each other, 0 being unvoiced. */
function moveCost(from: number, to: number): number {
  if (from === 0 && to === 0) return 0;
  return from === 0 || to === 0 ? SWITCH_COST : JUMP_COST * Math.min(1, Math.abs(Math.log2(to / from)));
}
