import { clamp } from '../../dsp/arrays';
import type { PitchCandidates } from './yin';

/** Decay per frame: a time constant of 2 s. */
const DECAY = Math.exp(-1 / 200);
/** At the start, as if so many frames as loud as the loudest so far had had a given periodicity; of an unknown speaker, this one. */
const PRIOR_FRAMES = 25;
const UNKNOWN_PERIODICITY = 0.1;
/** Up to the first value the input is whispered, from the second it is voiced. */
const [WHISPERED, VOICED] = [0.04, 0.05];

/**
 * Whether the input is voiced at all or whispered: a running mean of (1 - aperiodicity)^4, weighted by the
 * frame's amplitude. In a whisper it stays below .04, in speech in a hall or with music it does not (docs/decisions/0027-whispers.md).
 */
export class RunningPeriodicity {
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

  push({ amplitude, aperiodicity }: Pick<PitchCandidates, 'amplitude' | 'aperiodicity'>): void {
    const found = Math.max(0, 1 - aperiodicity) ** 4 * amplitude;
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
