import { quantile } from '../engine/arrays';
import type { SpectrumFrames } from '../engine/frontend';
import { BANDS } from '../engine/signal';
import type { Stretch } from './activity';

const APART_FRAMES = 5;
const STEADY_STEP = 0.7;
const ACTIVE_RANGE_DB = 35;

/**
 * Share of a stretch's bands that are much the same 50 ms later, 0..1: notes are held, speech never rests.
 *
 * On windows of 3 s of speech by five people and of five pieces of music it is below .25 and above .30;
 * docs/decisions/0006-enrolment.md has the figures.
 */
export function steadyShare({ logMel, loudnessDb }: SpectrumFrames, { from, to }: Stretch): number {
  const lowest = (quantile(loudnessDb.subarray(from, to), 0.95) ?? 0) - ACTIVE_RANGE_DB;
  let [steady, all] = [0, 0];
  for (let t = from; t + APART_FRAMES < to; t++) {
    if (loudnessDb[t]! < lowest || loudnessDb[t + APART_FRAMES]! < lowest) continue;
    const now = t * BANDS;
    const later = now + APART_FRAMES * BANDS;
    for (let band = 0; band < BANDS; band++) {
      if (Math.abs(logMel[later + band]! - logMel[now + band]!) < STEADY_STEP) steady++;
    }
    all += BANDS;
  }
  return all > 0 ? steady / all : 0;
}
