import { quantile } from '../../dsp/arrays';
import type { SpectrumFrames } from '../../engine/analysis/frontend';
import { SILENCE_DB } from '../../dsp/signal';
import { BANDS } from '../../engine/shapes';
import type { Stretch } from './activity';
import { quietBands } from '../quiet';

const APART_FRAMES = 5;
const STEADY_STEP = 0.7;
const ACTIVE_RANGE_DB = 35;
/** From this share on a piece is music. */
export const STEADY_LIMIT = 0.32;
/** A cut must set shares apart by this. */
const LEAST_CONTRAST = 0.2;
/** In a shorter part a long vowel may be as steady as music. */
const SHORTEST_PART_FRAMES = 75;
const CUT_STEP_FRAMES = 5;
const QUIET_SHARE = 0.1;
/** Natural log of power: what is less far above its band's floor may be the hiss of a tape, which is steady too. */
const ABOVE_FLOOR = 2;

/** What each band of a recording [80] is at its quietest, digital silence apart. */
export function bandFloors({ logMel, loudnessDb }: SpectrumFrames): Float32Array {
  const heard = [...loudnessDb.keys()].filter((t) => loudnessDb[t]! > SILENCE_DB + 5);
  return quietBands(logMel, heard, QUIET_SHARE);
}

/**
 * Share of a stretch's bands above their floor that are much the same 50 ms later, 0..1: notes are held, speech
 * never rests.
 *
 * On windows of 3 s it is below .30 in speech, with hiss 10 dB below it or without; docs/decisions/0006-enrolment.md
 * has the figures.
 */
export function steadyShare(spectra: SpectrumFrames, stretch: Stretch, floors: Float32Array): number {
  return shareBetween(countSteady(spectra, stretch, floors), 0, stretch.to - stretch.from);
}

/** Cuts a stretch where notes begin or end, so that speech need not go with the music beside it. */
export function splitAtMusic(
  spectra: SpectrumFrames,
  { from, to }: Stretch,
  floors: Float32Array,
): Stretch[] {
  const counts = countSteady(spectra, { from, to }, floors);
  const length = to - from;
  let [cut, most] = [0, 0];
  for (let t = SHORTEST_PART_FRAMES; t <= length - SHORTEST_PART_FRAMES; t += CUT_STEP_FRAMES) {
    const [before, after] = [shareBetween(counts, 0, t), shareBetween(counts, t, length)];
    if (Math.max(before, after) < STEADY_LIMIT || Math.abs(before - after) < LEAST_CONTRAST) continue;
    // Two groups are told apart best where the variance between them is greatest (Otsu 1979).
    const contrast = t * (length - t) * (before - after) ** 2;
    if (contrast > most) [cut, most] = [t, contrast];
  }
  if (cut === 0) return [{ from, to }];
  return [
    ...splitAtMusic(spectra, { from, to: from + cut }, floors),
    ...splitAtMusic(spectra, { from: from + cut, to }, floors),
  ];
}

interface SteadyCounts {
  steady: Int32Array;
  all: Int32Array;
}

/** 0 where no band is above its floor. */
function shareBetween({ steady, all }: SteadyCounts, from: number, to: number): number {
  return (steady[to]! - steady[from]!) / Math.max(1, all[to]! - all[from]!);
}

/** How many bands were steady, and how many above their floor, before each frame of a stretch [to - from + 1]. */
function countSteady(
  { logMel, loudnessDb }: SpectrumFrames,
  { from, to }: Stretch,
  floors: Float32Array,
): SteadyCounts {
  const lowest = (quantile(loudnessDb.subarray(from, to), 0.95) ?? 0) - ACTIVE_RANGE_DB;
  const steady = new Int32Array(to - from + 1);
  const all = new Int32Array(to - from + 1);
  for (let t = from; t < to; t++) {
    let [same, heard] = [0, 0];
    const isHeard =
      t + APART_FRAMES < to && Math.min(loudnessDb[t]!, loudnessDb[t + APART_FRAMES]!) >= lowest;
    for (let band = 0; isHeard && band < BANDS; band++) {
      const a = logMel[t * BANDS + band]!;
      const b = logMel[(t + APART_FRAMES) * BANDS + band]!;
      if (Math.max(a, b) < floors[band]! + ABOVE_FLOOR) continue;
      heard++;
      if (Math.abs(b - a) < STEADY_STEP) same++;
    }
    steady[t - from + 1] = steady[t - from]! + same;
    all[t - from + 1] = all[t - from]! + heard;
  }
  return { steady, all };
}
