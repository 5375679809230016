import { describe, expect, it } from 'vitest';
import { embedWatermark } from '../../../../src/watermark';
import { boundPValue, upperTail } from '../../../../src/watermark/detector/p-value';
import { detectWatermark } from '../../../../src/watermark/detect';
import { Correlator, FOLD_SIZE, foldPeriods } from '../../../../src/watermark/detector/correlation';
import { groupOf, UNWARPED } from '../../../../src/watermark/detector/warps';
import { makePattern } from '../../../../src/watermark/pattern';
import { mergeRanges } from '../../../../src/watermark/detector/ranges';
import { BLOCK_STEPS } from '../../../../src/watermark/detector/search';
import { Spectra } from '../../../../src/watermark/detector/spectra';
import { MAP_MARGIN, TileMap } from '../../../../src/watermark/detector/tile-map';
import { speechLike } from '../speech-like';

const DECOYS = 12;
const KEYS = 400;

describe('false alarms', () => {
  it(`are no more frequent than the p-value, over ${2 * DECOYS} decoys`, async () => {
    const short = speechLike(2.4, 24000, 9);
    const marked = embedWatermark(short, { version: 2, id24: 77 });
    const values: number[] = [];
    for (let key = 1; key <= DECOYS; key++) {
      values.push((await detectWatermark(short, 24000, { pattern: makePattern(key) })).pValue);
      values.push((await detectWatermark(marked, 24000, { pattern: makePattern(1000 + key) })).pValue);
    }
    for (const p of [0.3, 0.1, 0.03]) {
      const share = values.filter((value) => value <= p).length / values.length;
      // Three standard deviations of a binomial share above p.
      expect(share).toBeLessThanOrEqual(p + 3 * Math.sqrt((p * (1 - p)) / values.length));
    }
  });

  it('have an uncorrected p that is uniform over keys', () => {
    const { spectra, active } = new Spectra(speechLike(3, 24000, 4)).block(0, BLOCK_STEPS, MAP_MARGIN);
    const map = new TileMap(BLOCK_STEPS);
    map.measure(spectra, 1);
    map.computeStatistics(active, groupOf(UNWARPED));
    const fold = new Float32Array(FOLD_SIZE);
    foldPeriods(map, 0, 1, fold);
    const values = Array.from({ length: KEYS }, (_, key) =>
      upperTail(new Correlator(makePattern(key + 1)).deviations([fold], key % 128)),
    ).sort((a, b) => a - b);
    const distance = Math.max(...values.map((p, i) => Math.abs(p - (i + 0.5) / KEYS)));
    // Kolmogorov-Smirnov test at a level of 0.1 %.
    expect(distance).toBeLessThan(1.95 / Math.sqrt(KEYS));
  });

  it('are bounded by 3.18 normal tails', () => {
    expect(upperTail(0)).toBeCloseTo(0.5, 6);
    expect(upperTail(1.6448536)).toBeCloseTo(0.05, 6);
    expect(upperTail(-1)).toBeCloseTo(0.8413447, 6);
    expect(boundPValue(7, 1000) / (1000 * 3.1787 * 1.279813e-12)).toBeCloseTo(1, 4);
    expect(boundPValue(0, 1)).toBe(1);
    expect(boundPValue(-3, 5)).toBe(1);
  });
});

it('joins ranges that overlap or are at most 1 s apart', () => {
  const range = (startSeconds: number, endSeconds: number, pValue: number) => ({
    startSeconds,
    endSeconds,
    pValue,
  });
  expect(
    mergeRanges([range(8, 12, 1e-9), range(0, 5, 1e-8), range(5.5, 9, 1e-7), range(20, 22, 1e-10)]),
  ).toEqual([range(0, 12, 1e-9), range(20, 22, 1e-10)]);
  expect(mergeRanges([])).toEqual([]);
});
