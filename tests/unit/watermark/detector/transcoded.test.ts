import { describe, expect, it } from 'vitest';
import { embedWatermark } from '../../../../src/watermark';
import { WARP_GROUPS } from '../../../../src/watermark/detector/warps';
import { makePattern, PATTERN, type Pattern } from '../../../../src/watermark/pattern';
import { BLOCK_STEPS, correctedPValue, PatternSearch } from '../../../../src/watermark/detector/search';
import { Spectra } from '../../../../src/watermark/detector/spectra';
import { MAP_MARGIN } from '../../../../src/watermark/detector/tile-map';
import { resample } from './attacks';
import { speechLike } from '../speech-like';

const TRANSCODED = WARP_GROUPS.filter(({ isTranscoded }) => isTranscoded);

describe('transcoded speech', () => {
  const marked = embedWatermark(speechLike(5.2, 24000, 3), { version: 2, id24: 5 });
  const telephone = resample(resample(marked, 24000, 8000), 8000, 24000);

  it('is searched with its own filter, without time or frequency warp', () => {
    expect(TRANSCODED).toMatchObject([{ frequencyScale: 1, timeScales: [1] }]);
  });

  it('has a detectable mark below 4 kHz', () => {
    expect(lowestPValue(telephone, PATTERN)).toBeLessThan(1e-6);
  });

  it('has none under another key', () => {
    for (let key = 1; key <= 20; key++)
      expect(lowestPValue(telephone, makePattern(key))).toBeGreaterThan(1e-3);
  });
});

/** Searched with the filter for transcoded speech only. */
function lowestPValue(samples: Float32Array, pattern: Pattern): number {
  const spectra = new Spectra(samples);
  const search = new PatternSearch(pattern, TRANSCODED);
  const candidates = [0, 1].flatMap((block) =>
    search.next(spectra.block(block * BLOCK_STEPS, BLOCK_STEPS, MAP_MARGIN)),
  );
  return Math.min(
    ...candidates.filter(({ isWarped }) => !isWarped).map((each) => correctedPValue(each, search.tested)),
  );
}
