import { describe, expect, it } from 'vitest';
import { embedWatermark } from '../../../../src/watermark';
import { BENDS } from '../../../../src/watermark/detector/hypotheses';
import { makePattern, PATTERN, type Pattern } from '../../../../src/watermark/pattern';
import { BLOCK_STEPS, chanceOfFinding, PatternSearch } from '../../../../src/watermark/detector/search';
import { Spectra } from '../../../../src/watermark/detector/spectra';
import { MAP_MARGIN } from '../../../../src/watermark/detector/tile-map';
import { resample } from './bending';
import { speechLike } from '../speech-like';

const CODED = BENDS.filter(({ coded }) => coded);

describe('speech that a codec made anew', () => {
  const marked = embedWatermark(speechLike(5.2, 24000, 3), { version: 2, id24: 5 });
  const telephone = resample(resample(marked, 24000, 8000), 8000, 24000);

  it('has a way of its own to be searched, as it plays', () => {
    expect(CODED).toMatchObject([{ frequencyScale: 1, timeScales: [1] }]);
  });

  it('shows the mark below 4 kHz', () => {
    expect(chanceIn(telephone, PATTERN)).toBeLessThan(1e-6);
  });

  it('shows nothing under another key', () => {
    for (let key = 1; key <= 20; key++) expect(chanceIn(telephone, makePattern(key))).toBeGreaterThan(1e-3);
  });
});

/** Searched as coded speech alone. */
function chanceIn(samples: Float32Array, pattern: Pattern): number {
  const spectra = new Spectra(samples);
  const search = new PatternSearch(pattern, CODED);
  const findings = [0, 1].flatMap((block) =>
    search.next(spectra.block(block * BLOCK_STEPS, BLOCK_STEPS, MAP_MARGIN)),
  );
  return Math.min(...findings.filter(({ bent }) => !bent).map((each) => chanceOfFinding(each, search.tried)));
}
