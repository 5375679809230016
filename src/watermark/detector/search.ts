import { chanceOf } from './chance';
import { Correlator, FOLD_SIZE, foldMap } from './fold';
import { PERIOD_STEPS } from '../grid';
import { BENDS, type Bend, type BendGroup, isUnbent, UNBENT } from './hypotheses';
import type { Pattern } from '../pattern';
import type { SpectrumBlock } from './spectra';
import { TileMap } from './tile-map';

/** Steps that are looked at together: 2.56 s. */
export const BLOCK_STEPS = 240;
/** A mark is looked for in as many blocks together: 2.6, 5.1 and 10.2 s. */
const WINDOW_BLOCKS = [1, 2, 4];

/** A block that shows the mark so clearly as the surest one before it did is not searched under other bends. */
const CLEAR_Z = 10;

/** The surest place of a window of the recording, of those that are bent or of those that are not. */
export interface Finding {
  /** Deviations from chance. */
  z: number;
  bent: boolean;
  bend: Bend;
  phase: number;
  firstBlock: number;
  blocks: number;
}

/** Places, windows and bends that were looked at. */
export interface Tries {
  bent: number;
  unbent: number;
}

/**
 * The chance of a finding, everything tried included. Half of what chance is allowed is for recordings that play as they were
 * made, which most are, and half for all bends (Genovese, Roeder & Wasserman 2006, "False discovery control with p-value
 * weighting", Biometrika 93, sec. 2: weights set beforehand, one on average).
 */
export function chanceOfFinding({ z, bent }: Pick<Finding, 'z' | 'bent'>, tries: Tries): number {
  return chanceOf(z, 2 * (bent ? tries.bent : tries.unbent));
}

/** Looks for a pattern block after block, in every place and under every bend. */
export class PatternSearch {
  readonly tried: Tries = { bent: 0, unbent: 0 };
  private readonly correlator: Correlator;
  private readonly map = new TileMap(BLOCK_STEPS);
  /** One for each time scale of each group. */
  private readonly histories: History[][];
  /** The groups, the one that was surest last first. */
  private order: number[];

  constructor(
    pattern: Pattern,
    private readonly groups: readonly BendGroup[] = BENDS,
  ) {
    this.correlator = new Correlator(pattern);
    this.histories = groups.map(({ timeScales }) => timeScales.map(() => new History()));
    this.order = [...groups.keys()];
  }

  /** Takes the next block; the surest findings, unbent and bent, for every window that ends with it. */
  next({ firstStep, spectra, active }: SpectrumBlock): Finding[] {
    const block = Math.round(firstStep / BLOCK_STEPS);
    const windows = WINDOW_BLOCKS.filter((blocks) => blocks <= block + 1);
    const best: Finding[] = windows.flatMap((blocks) =>
      [false, true].map((bent) => ({
        z: 0,
        bent,
        bend: UNBENT,
        phase: 0,
        firstBlock: block + 1 - blocks,
        blocks,
      })),
    );
    for (const history of this.histories.flat()) history.clear(block);
    if (!active.includes(1)) return best;
    let clearest = 0;
    let surest = 0;
    let measured = NaN;
    for (const [rank, index] of this.order.entries()) {
      const group = this.groups[index]!;
      const { frequencyScale, coded, timeScales } = group;
      if (frequencyScale !== measured) this.map.measure(spectra, frequencyScale);
      measured = frequencyScale;
      this.map.standOut(active, group);
      const bent = !isUnbent(group);
      for (const [i, timeScale] of timeScales.entries()) {
        const history = this.histories[index]![i]!;
        const { fold, correlation } = history.at(block);
        foldMap(this.map, firstStep, timeScale, fold);
        this.correlator.correlate(fold, correlation);
        for (const finding of best) {
          if (finding.bent !== bent) continue;
          const { z, phase } = history.surest(block, finding.blocks, this.correlator);
          if (finding.blocks === 1 && z > clearest) {
            clearest = z;
            surest = index;
          }
          if (z > finding.z) Object.assign(finding, { z, phase, bend: { timeScale, frequencyScale, coded } });
        }
      }
      if (rank === 0 && clearest > CLEAR_Z) break;
    }
    this.order = [surest, ...this.order.filter((index) => index !== surest)];
    // Counted in full even where the search could stop early.
    for (const group of this.groups) {
      const places = windows.length * group.timeScales.length * PERIOD_STEPS;
      this.tried[isUnbent(group) ? 'unbent' : 'bent'] += places;
    }
    return best;
  }
}

/** What the last blocks gave under one bend. */
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

  /** The best phase of the last `blocks` blocks together. */
  surest(block: number, blocks: number, correlator: Correlator): { z: number; phase: number } {
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
