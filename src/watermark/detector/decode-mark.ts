import { CODED_BITS, decodePayload, type DecodedPayload } from '../channel-code';
import { NEIGHBOUR_WEIGHT, type Correlator, FOLD_SIZE, foldPeriods } from './correlation';
import {
  MARK_RATE_HZ,
  PERIOD_STEPS,
  PERIOD_TILES,
  STEP_SAMPLES,
  STEPS_PER_TILE,
  TILE_BANDS,
} from '../tiling';
import { type Warp, groupOf, UNWARPED } from './warps';
import { isSync, type Pattern } from '../pattern';
import { BLOCK_STEPS, type Candidate } from './search';
import type { Spectra } from './spectra';
import { MAP_MARGIN, TileMap } from './tile-map';

/** Grid of the refinement around a candidate's warp: ratios as natural logs, and steps to either side. */
const TIME_STEP = 0.0016;
const TIME_STEPS = 4;
const PITCH_STEP_CENTS = 12;
const PITCH_STEPS = 2;
/** Standard deviations by which a warp must exceed the unwarped hypothesis, since most recordings are unwarped. */
const UNWARPED_ADVANTAGE = 1;
/** How far a mark is followed beyond either end of its candidate's window: 10.2 s. */
const REACH_STEPS = 4 * BLOCK_STEPS;

/** The warp, extent and payload of one candidate's mark. */
export interface DecodedMark extends DecodedPayload {
  warp: Warp;
  startSeconds: number;
  endSeconds: number;
}

/** Refines a candidate's warp, follows its mark to both ends, and decodes the payload over that range. */
export function decodeMark(
  spectra: Spectra,
  candidate: Candidate,
  pattern: Pattern,
  correlator: Correlator,
): DecodedMark {
  const { warp, phase } = refine(spectra, candidate, correlator);
  const first = candidate.firstBlock * BLOCK_STEPS;
  const from = Math.max(0, first - REACH_STEPS);
  const to = Math.min(spectra.steps, first + candidate.blocks * BLOCK_STEPS + REACH_STEPS);
  const columns = measureColumns(mapOf(spectra, from, to - from, warp), from, warp, phase, pattern);
  const inside = columns.filter(({ step }) => step >= first && step < first + candidate.blocks * BLOCK_STEPS);
  const [start, end] = markedRange(columns, inside);
  const marked = columns.slice(start, end);
  const gain = llrGain(marked);
  const softBits = new Float64Array(CODED_BITS);
  for (const { bits } of marked) for (const { bit, value } of bits) softBits[bit]! += gain * value;
  const decoded = decodePayload(softBits);
  const secondsAt = (tile: number) =>
    Math.min(spectra.steps, Math.max(0, columns[tile]!.step)) * (STEP_SAMPLES / MARK_RATE_HZ);
  const halfTileSeconds = (warp.timeScale * STEPS_PER_TILE * STEP_SAMPLES) / MARK_RATE_HZ / 2;
  return {
    ...decoded,
    warp,
    startSeconds: Math.max(0, secondsAt(start) - halfTileSeconds),
    endSeconds: secondsAt(end - 1) + halfTileSeconds,
  };
}

/** The warp and phase of the highest correlation near a candidate's. */
function refine(
  spectra: Spectra,
  candidate: Candidate,
  correlator: Correlator,
): { warp: Warp; phase: number } {
  const from = candidate.firstBlock * BLOCK_STEPS;
  const steps = candidate.blocks * BLOCK_STEPS;
  const fold = new Float32Array(FOLD_SIZE);
  const correlation = new Float64Array(PERIOD_STEPS);
  let best = { z: -Infinity, warp: candidate.warp, phase: candidate.phase };
  const compare = (map: TileMap, warp: Warp, advantage: number) => {
    foldPeriods(map, from, warp.timeScale, fold.fill(0));
    correlator.correlate(fold, correlation);
    const phase = correlation.indexOf(Math.max(...correlation));
    const z = correlator.deviations([fold], phase) + advantage;
    if (z > best.z) best = { z, warp, phase };
  };
  for (let pitch = -PITCH_STEPS; pitch <= PITCH_STEPS; pitch++) {
    const frequencyScale = candidate.warp.frequencyScale * 2 ** ((pitch * PITCH_STEP_CENTS) / 1200);
    const map = mapOf(spectra, from, steps, { ...candidate.warp, frequencyScale });
    for (let time = -TIME_STEPS; time <= TIME_STEPS; time++) {
      const timeScale = candidate.warp.timeScale * Math.exp(time * TIME_STEP);
      compare(map, { ...candidate.warp, timeScale, frequencyScale }, 0);
    }
  }
  const unwarped = { ...UNWARPED, isTranscoded: candidate.warp.isTranscoded };
  compare(mapOf(spectra, from, steps, unwarped), unwarped, UNWARPED_ADVANTAGE);
  return best;
}

function mapOf(spectra: Spectra, firstStep: number, steps: number, warp: Warp): TileMap {
  const map = new TileMap(steps);
  const block = spectra.block(firstStep, steps, MAP_MARGIN);
  map.measure(block.spectra, warp.frequencyScale);
  map.computeStatistics(block.active, groupOf(warp));
  return map;
}

/** The tiles of all bands at one time. */
interface Column {
  /** Step of the recording at the tiles' middle. */
  step: number;
  /** Sum over the sync tiles of statistic times chip, and of its square. */
  sum: number;
  power: number;
  bits: { bit: number; value: number }[];
}

function measureColumns(
  map: TileMap,
  firstStep: number,
  { timeScale }: Warp,
  phase: number,
  { chips, bits }: Pattern,
): Column[] {
  const columns: Column[] = [];
  // In steps of the recording before it was stretched.
  const firstOriginal = firstStep / timeScale;
  let original = Math.ceil((firstOriginal - phase) / STEPS_PER_TILE) * STEPS_PER_TILE + phase;
  for (; ; original += STEPS_PER_TILE) {
    const step = Math.round(original * timeScale);
    const at = step - firstStep;
    if (at >= map.steps) return columns;
    const row = mod((original - phase) / STEPS_PER_TILE, PERIOD_TILES) * TILE_BANDS;
    const column: Column = { step, sum: 0, power: 0, bits: [] };
    for (let band = 0; band < TILE_BANDS; band++) {
      const i = band * map.steps + at;
      const previous = at > 0 ? map.values[i - 1]! : 0;
      const next = at < map.steps - 1 ? map.values[i + 1]! : 0;
      const value = (map.values[i]! + NEIGHBOUR_WEIGHT * (previous + next)) * chips[row + band]!;
      const bit = bits[row + band]!;
      if (isSync(bit)) {
        column.sum += value;
        column.power += value * value;
      } else column.bits.push({ bit, value });
    }
    columns.push(column);
  }
}

/** Half log likelihood ratio per unit of a tile's statistic: mean over mean square of the sync tiles, whose signs are known. */
function llrGain(columns: Column[]): number {
  const sum = columns.reduce((all, column) => all + column.sum, 0);
  const power = columns.reduce((all, column) => all + column.power, 0);
  return Math.max(0, sum / (power + 1e-30));
}

/** The likeliest start and end of the mark: the run of columns with the largest sum of log likelihood ratios (Kadane's algorithm). */
function markedRange(columns: Column[], sample: Column[]): [number, number] {
  const gain = llrGain(sample);
  let best = 0;
  let range: [number, number] = [0, columns.length];
  let running = 0;
  let start = 0;
  columns.forEach((column, i) => {
    if (running <= 0) {
      running = 0;
      start = i;
    }
    running += gain * column.sum - (gain * gain * column.power) / 2;
    if (running > best) {
      best = running;
      range = [start, i + 1];
    }
  });
  return range;
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
