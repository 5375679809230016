import { boundPValue } from './p-value';
import { Correlator, FOLD_SIZE, foldPeriods } from './correlation';
import { PERIOD_STEPS } from '../tiling';
import { WARP_GROUPS, type Warp, type WarpGroup, isUnwarped, UNWARPED } from './warps';
import type { Pattern } from '../pattern';
import type { SpectrumBlock } from './spectra';
import { TileMap } from './tile-map';

/** Steps in a block: 2.56 s. */
export const BLOCK_STEPS = 240;
/** Lengths in blocks of the windows that are searched: 2.6, 5.1 and 10.2 s. */
const WINDOW_BLOCKS = [1, 2, 4];

/** Above this score under the warp that was strongest in the block before, a block is searched under no other. */
const EARLY_STOP_Z = 10;

/** The strongest correlation in one window of the recording, over all phases and the warped or the unwarped hypotheses. */
export interface Candidate {
  /** In standard deviations under random chips. */
  z: number;
  isWarped: boolean;
  warp: Warp;
  /** In steps, 0..PERIOD_STEPS - 1. */
  phase: number;
  firstBlock: number;
  blocks: number;
}

/** Numbers of hypotheses tested: windows times phases times warps. */
export interface TestCounts {
  warped: number;
  unwarped: number;
}

/**
 * p-value of a candidate, corrected for all hypotheses tested. Half of the false-alarm probability is spent on unwarped
 * recordings, which most are, and half on all warps together (Genovese, Roeder & Wasserman 2006, "False discovery control
 * with p-value weighting", Biometrika 93, sec. 2: weights set beforehand, one on average).
 */
export function correctedPValue(
  { z, isWarped }: Pick<Candidate, 'z' | 'isWarped'>,
  tested: TestCounts,
): number {
  return boundPValue(z, 2 * (isWarped ? tested.warped : tested.unwarped));
}

/** Searches a recording for a pattern, block by block, at every phase and under every warp. */
export class PatternSearch {
  readonly tested: TestCounts = { warped: 0, unwarped: 0 };
  private readonly correlator: Correlator;
  private readonly map = new TileMap(BLOCK_STEPS);
  /** By group and time scale. */
  private readonly histories: History[][];
  /** Indices of the groups, the one that was strongest in the last block first. */
  private order: number[];

  constructor(
    pattern: Pattern,
    private readonly groups: readonly WarpGroup[] = WARP_GROUPS,
  ) {
    this.correlator = new Correlator(pattern);
    this.histories = groups.map(({ timeScales }) => timeScales.map(() => new History()));
    this.order = [...groups.keys()];
  }

  /** Searches the windows that end with the next block; returns two candidates for each, unwarped and warped. */
  next({ firstStep, spectra, active }: SpectrumBlock): Candidate[] {
    const block = Math.round(firstStep / BLOCK_STEPS);
    const windows = WINDOW_BLOCKS.filter((blocks) => blocks <= block + 1);
    const best: Candidate[] = windows.flatMap((blocks) =>
      [false, true].map((isWarped) => ({
        z: 0,
        isWarped,
        warp: UNWARPED,
        phase: 0,
        firstBlock: block + 1 - blocks,
        blocks,
      })),
    );
    for (const history of this.histories.flat()) history.clear(block);
    if (!active.includes(1)) return best;
    let highestZ = 0;
    let strongest = 0;
    let measuredScale = NaN;
    for (const [rank, index] of this.order.entries()) {
      const group = this.groups[index]!;
      const { frequencyScale, isTranscoded, timeScales } = group;
      if (frequencyScale !== measuredScale) this.map.measure(spectra, frequencyScale);
      measuredScale = frequencyScale;
      this.map.computeStatistics(active, group);
      const isWarped = !isUnwarped(group);
      for (const [i, timeScale] of timeScales.entries()) {
        const history = this.histories[index]![i]!;
        const { fold, correlation } = history.at(block);
        foldPeriods(this.map, firstStep, timeScale, fold);
        this.correlator.correlate(fold, correlation);
        for (const candidate of best) {
          if (candidate.isWarped !== isWarped) continue;
          const { z, phase } = history.strongest(block, candidate.blocks, this.correlator);
          if (candidate.blocks === 1 && z > highestZ) {
            highestZ = z;
            strongest = index;
          }
          if (z > candidate.z)
            Object.assign(candidate, { z, phase, warp: { timeScale, frequencyScale, isTranscoded } });
        }
      }
      if (rank === 0 && highestZ > EARLY_STOP_Z) break;
    }
    this.order = [strongest, ...this.order.filter((index) => index !== strongest)];
    // A search that stopped early counts in full.
    for (const group of this.groups) {
      const tests = windows.length * group.timeScales.length * PERIOD_STEPS;
      this.tested[isUnwarped(group) ? 'unwarped' : 'warped'] += tests;
    }
    return best;
  }
}

/** Folds and correlations of the last blocks under one warp. */
class History {
  private readonly ring = Array.from({ length: Math.max(...WINDOW_BLOCKS) }, () => ({
    fold: new Float32Array(FOLD_SIZE),
    correlation: new Float64Array(PERIOD_STEPS),
  }));

  private readonly sums = new Float64Array(PERIOD_STEPS);

  at(block: number): { fold: Float32Array; correlation: Float64Array } {
    return this.ring[block % this.ring.length]!;
  }

  clear(block: number): void {
    const { fold, correlation } = this.at(block);
    fold.fill(0);
    correlation.fill(0);
  }

  /** The phase of the highest correlation summed over the last `blocks` blocks. */
  strongest(block: number, blocks: number, correlator: Correlator): { z: number; phase: number } {
    const { sums } = this;
    sums.set(this.at(block).correlation);
    const folds = [this.at(block).fold];
    for (let back = 1; back < blocks; back++) {
      const { fold, correlation } = this.at(block - back);
      for (let i = 0; i < PERIOD_STEPS; i++) sums[i]! += correlation[i]!;
      folds.push(fold);
    }
    let phase = 0;
    for (let i = 1; i < PERIOD_STEPS; i++) if (sums[i]! > sums[phase]!) phase = i;
    return { z: correlator.deviations(folds, phase), phase };
  }
}
