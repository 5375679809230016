import { clamp } from '../../dsp/arrays';

/** Decay per frame: a time constant of 2 s. */
const DECAY = Math.exp(-1 / 200);
/** At the start, as if so many frames as loud as the loudest so far had had a given periodicity; of an unknown speaker, this one. */
const PRIOR_FRAMES = 50;
const UNKNOWN_PERIODICITY = 0.05;
/** Up to the first value the input is whispered, from the second it is voiced. */
const [WHISPERED, VOICED] = [0.018, 0.03];

/** (1 - cost)^8 of a frame's best candidate: close to 1 for a clear period, below .02 for most frames of noise. */
export function evidence(cost: number): number {
  return Math.max(0, 1 - cost) ** 8;
}

/**
 * Whether the input is voiced at all or whispered: a running mean of the evidence of a period, weighted by the frame's amplitude.
 * In the noise of a whisper a few frames look periodic, in speech in a hall or in music many do (docs/decisions/0027-whispers.md).
 */
export class Periodicity {
  private sum = 0;
  private weight = 0;
  private priorFrames = PRIOR_FRAMES;
  private loudest = 0;
  private readonly all = { sum: 0, weight: 0 };

  /** `known`: the mean over the take, if it was measured. */
  constructor(private readonly known = UNKNOWN_PERIODICITY) {}

  /** The mean over all frames so far; undefined without any. */
  get mean(): number | undefined {
    return this.all.weight > 0 ? this.all.sum / this.all.weight : undefined;
  }

  /** Adds a frame: the root of its energy, and the cost of its best candidate (1 or more if there is none). */
  push(amplitude: number, cost: number): void {
    const found = evidence(cost) * amplitude;
    this.sum = DECAY * this.sum + found;
    this.weight = DECAY * this.weight + amplitude;
    this.priorFrames *= DECAY;
    this.loudest = Math.max(this.loudest, amplitude);
    this.all.sum += found;
    this.all.weight += amplitude;
  }

  /** 0 while the input is whispered, 1 while it is voiced. */
  get voicing(): number {
    const prior = this.priorFrames * this.loudest;
    const mean = (this.sum + this.known * prior) / Math.max(this.weight + prior, 1e-9);
    return clamp((mean - WHISPERED) / (VOICED - WHISPERED), 0, 1);
  }
}
