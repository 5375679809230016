import { CODED_BITS, decodePayload, type DecodedPayload } from '../code';
import { BESIDE, type Correlator, FOLD_SIZE, foldMap } from './fold';
import { MARK_RATE_HZ, PERIOD_STEPS, PERIOD_TILES, STEP_SAMPLES, STEPS_PER_TILE, TILE_BANDS } from '../grid';
import { type Bend, groupOf, UNBENT } from './hypotheses';
import { isSync, type Pattern } from '../pattern';
import { BLOCK_STEPS, type Finding } from './search';
import type { Spectra } from './spectra';
import { MAP_MARGIN, TileMap } from './tile-map';

/** Around a found bend finer ones are tried. */
const TIME_STEP = 0.0016;
const TIME_STEPS = 4;
const PITCH_STEP_CENTS = 12;
const PITCH_STEPS = 2;
/** Most recordings were left as they are: so much surer must another bend be. */
const UNBENT_ADVANTAGE = 1;
/** How far beyond the window of a finding its mark is followed: 10.2 s. */
const REACH_STEPS = 4 * BLOCK_STEPS;

/** What a finding says when looked at closely. */
export interface Reading extends DecodedPayload {
  bend: Bend;
  startSeconds: number;
  endSeconds: number;
}

/** Follows the mark of a finding to both its ends, and reads it. */
export function readMark(
  spectra: Spectra,
  finding: Finding,
  pattern: Pattern,
  correlator: Correlator,
): Reading {
  const { bend, phase } = refine(spectra, finding, correlator);
  const first = finding.firstBlock * BLOCK_STEPS;
  const from = Math.max(0, first - REACH_STEPS);
  const to = Math.min(spectra.steps, first + finding.blocks * BLOCK_STEPS + REACH_STEPS);
  const columns = measureColumns(mapOf(spectra, from, to - from, bend), from, bend, phase, pattern);
  const inside = columns.filter(({ step }) => step >= first && step < first + finding.blocks * BLOCK_STEPS);
  const [start, end] = markedStretch(columns, inside);
  const marked = columns.slice(start, end);
  const gain = gainOf(marked);
  const evidence = new Float64Array(CODED_BITS);
  for (const { bits } of marked) for (const { bit, value } of bits) evidence[bit]! += gain * value;
  const decoded = decodePayload(evidence);
  const secondsAt = (tile: number) =>
    Math.min(spectra.steps, Math.max(0, columns[tile]!.step)) * (STEP_SAMPLES / MARK_RATE_HZ);
  const half = (bend.timeScale * STEPS_PER_TILE * STEP_SAMPLES) / MARK_RATE_HZ / 2;
  return {
    ...decoded,
    bend,
    startSeconds: Math.max(0, secondsAt(start) - half),
    endSeconds: secondsAt(end - 1) + half,
  };
}

/** The surest of the bends and phases next to a finding's. */
function refine(spectra: Spectra, finding: Finding, correlator: Correlator): { bend: Bend; phase: number } {
  const from = finding.firstBlock * BLOCK_STEPS;
  const steps = finding.blocks * BLOCK_STEPS;
  const fold = new Float32Array(FOLD_SIZE);
  const correlation = new Float64Array(PERIOD_STEPS);
  let best = { z: -Infinity, bend: finding.bend, phase: finding.phase };
  const compare = (map: TileMap, bend: Bend, advantage: number) => {
    foldMap(map, from, bend.timeScale, fold.fill(0));
    correlator.correlate(fold, correlation);
    const phase = correlation.indexOf(Math.max(...correlation));
    const z = correlator.deviations([fold], phase) + advantage;
    if (z > best.z) best = { z, bend, phase };
  };
  for (let pitch = -PITCH_STEPS; pitch <= PITCH_STEPS; pitch++) {
    const frequencyScale = finding.bend.frequencyScale * 2 ** ((pitch * PITCH_STEP_CENTS) / 1200);
    const map = mapOf(spectra, from, steps, { ...finding.bend, frequencyScale });
    for (let time = -TIME_STEPS; time <= TIME_STEPS; time++) {
      const timeScale = finding.bend.timeScale * Math.exp(time * TIME_STEP);
      compare(map, { ...finding.bend, timeScale, frequencyScale }, 0);
    }
  }
  const unbent = { ...UNBENT, coded: finding.bend.coded };
  compare(mapOf(spectra, from, steps, unbent), unbent, UNBENT_ADVANTAGE);
  return best;
}

function mapOf(spectra: Spectra, firstStep: number, steps: number, bend: Bend): TileMap {
  const map = new TileMap(steps);
  const block = spectra.block(firstStep, steps, MAP_MARGIN);
  map.measure(block.spectra, bend.frequencyScale);
  map.standOut(block.active, groupOf(bend));
  return map;
}

/** All tiles at one time. */
interface Column {
  /** Of the recording, at the tiles' middle. */
  step: number;
  /** Sum over the tiles that say that a mark is there, signs taken off, and of their squares. */
  sum: number;
  power: number;
  bits: { bit: number; value: number }[];
}

function measureColumns(
  map: TileMap,
  firstStep: number,
  { timeScale }: Bend,
  phase: number,
  { chips, bits }: Pattern,
): Column[] {
  const columns: Column[] = [];
  const original = firstStep / timeScale;
  let place = Math.ceil((original - phase) / STEPS_PER_TILE) * STEPS_PER_TILE + phase;
  for (; ; place += STEPS_PER_TILE) {
    const step = Math.round(place * timeScale);
    const at = step - firstStep;
    if (at >= map.steps) return columns;
    const row = mod((place - phase) / STEPS_PER_TILE, PERIOD_TILES) * TILE_BANDS;
    const column: Column = { step, sum: 0, power: 0, bits: [] };
    for (let band = 0; band < TILE_BANDS; band++) {
      const i = band * map.steps + at;
      const before = at > 0 ? map.values[i - 1]! : 0;
      const after = at < map.steps - 1 ? map.values[i + 1]! : 0;
      const value = (map.values[i]! + BESIDE * (before + after)) * chips[row + band]!;
      const bit = bits[row + band]!;
      if (isSync(bit)) {
        column.sum += value;
        column.power += value * value;
      } else column.bits.push({ bit, value });
    }
    columns.push(column);
  }
}

/** Mean over mean square of the tiles whose signs are known: what a tile's value is worth in half log likelihood ratios. */
function gainOf(columns: Column[]): number {
  const sum = columns.reduce((all, column) => all + column.sum, 0);
  const power = columns.reduce((all, column) => all + column.power, 0);
  return Math.max(0, sum / (power + 1e-30));
}

/** The columns, from and up to, that are likeliest to be the marked ones: the largest sum of log likelihood ratios. */
function markedStretch(columns: Column[], sample: Column[]): [number, number] {
  const gain = gainOf(sample);
  let best = 0;
  let stretch: [number, number] = [0, columns.length];
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
      stretch = [start, i + 1];
    }
  });
  return stretch;
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
