import { quantile } from '../engine/arrays';
import type { SpectrumFrames } from '../engine/frontend';
import { BANDS, LOG_MEL_FLOOR, SILENCE_DB } from '../engine/signal';
import type { Stretch } from './activity';

const APART_FRAMES = 5;
const STEADY_STEP = 0.7;
const ACTIVE_RANGE_DB = 35;
const QUIET_SHARE = 0.1;
/** Natural log of power: what is less far above its band's floor may be the hiss of a tape, which is steady too. */
const ABOVE_FLOOR = 2;

/** What each band of a recording [80] is at its quietest, digital silence apart. */
export function bandFloors({ logMel, loudnessDb }: SpectrumFrames): Float32Array {
  const heard = [...loudnessDb.keys()].filter((t) => loudnessDb[t]! > SILENCE_DB + 5);
  const floors = new Float32Array(BANDS);
  for (let band = 0; band < BANDS; band++) {
    const values = Float32Array.from(heard, (t) => logMel[t * BANDS + band]!);
    floors[band] = quantile(values, QUIET_SHARE) ?? LOG_MEL_FLOOR;
  }
  return floors;
}

/**
 * Share of a stretch's bands above their floor that are much the same 50 ms later, 0..1: notes are held, speech
 * never rests.
 *
 * On windows of 3 s it is below .30 in speech, with hiss 10 dB below it or without; docs/decisions/0006-enrolment.md
 * has the figures.
 */
export function steadyShare(
  { logMel, loudnessDb }: SpectrumFrames,
  { from, to }: Stretch,
  floors: Float32Array,
): number {
  const lowest = (quantile(loudnessDb.subarray(from, to), 0.95) ?? 0) - ACTIVE_RANGE_DB;
  let [steady, all] = [0, 0];
  for (let t = from; t + APART_FRAMES < to; t++) {
    if (loudnessDb[t]! < lowest || loudnessDb[t + APART_FRAMES]! < lowest) continue;
    const now = t * BANDS;
    const later = now + APART_FRAMES * BANDS;
    for (let band = 0; band < BANDS; band++) {
      const [a, b] = [logMel[now + band]!, logMel[later + band]!];
      if (Math.max(a, b) < floors[band]! + ABOVE_FLOOR) continue;
      if (Math.abs(b - a) < STEADY_STEP) steady++;
      all++;
    }
  }
  return all > 0 ? steady / all : 0;
}
