import { quantile } from '../../dsp/arrays';
import type { SpectrumFrames } from '../../engine/analysis/frontend';
import { SILENCE_DB } from '../../dsp/signal';
import { BANDS } from '../../engine/shapes';
import type { Stretch } from './activity';
import { quietBands } from '../quiet';

/** A band is steady if it changes by less than 0.7 (natural log of power) within 5 frames (50 ms). */
const STEP_FRAMES = 5;
const MAX_STEADY_CHANGE = 0.7;
/** Frames further than this below the 95th percentile of their stretch are ignored. */
const ACTIVE_RANGE_DB = 35;
/** A piece with a larger share of steady bands is music. */
export const MUSIC_STEADY_SHARE = 0.32;
/** A stretch is split only where the shares before and after differ by at least this. */
const MIN_CONTRAST = 0.2;
/** In a shorter part a long vowel may be as steady as music. */
const MIN_PART_FRAMES = 75;
/** Distance of the positions at which a split is tried. */
const SPLIT_STEP_FRAMES = 5;
const FLOOR_QUANTILE = 0.1;
/** Bands less than this above their floor (natural log of power) are ignored: they may be tape hiss, which is steady too. */
const ABOVE_FLOOR = 2;

/** The floor of each band [80] of a recording: its 10th percentile over the frames that are not digitally silent. */
export function bandFloors({ logMel, loudnessDb }: SpectrumFrames): Float32Array {
  const audible = [...loudnessDb.keys()].filter((t) => loudnessDb[t]! > SILENCE_DB + 5);
  return quietBands(logMel, audible, FLOOR_QUANTILE);
}

/**
 * Share of the time-frequency bands of a stretch above their floor that are steady, 0..1: in music notes are held, in speech
 * the spectrum changes all the time.
 *
 * Over windows of 3 s of speech it is below 0.30, with or without hiss 10 dB below the speech; docs/decisions/0006-enrolment.md
 * has the figures.
 */
export function steadyShare(spectra: SpectrumFrames, stretch: Stretch, floors: Float32Array): number {
  return shareBetween(countSteady(spectra, stretch, floors), 0, stretch.to - stretch.from);
}

/** Splits a stretch where music starts or ends, so that speech next to it can be kept. */
export function splitAtMusic(
  spectra: SpectrumFrames,
  { from, to }: Stretch,
  floors: Float32Array,
): Stretch[] {
  const counts = countSteady(spectra, { from, to }, floors);
  const length = to - from;
  let [split, highest] = [0, 0];
  for (let t = MIN_PART_FRAMES; t <= length - MIN_PART_FRAMES; t += SPLIT_STEP_FRAMES) {
    const [before, after] = [shareBetween(counts, 0, t), shareBetween(counts, t, length)];
    if (Math.max(before, after) < MUSIC_STEADY_SHARE || Math.abs(before - after) < MIN_CONTRAST) continue;
    // The best split maximises the variance between the two parts (Otsu 1979).
    const variance = t * (length - t) * (before - after) ** 2;
    if (variance > highest) [split, highest] = [t, variance];
  }
  if (split === 0) return [{ from, to }];
  return [
    ...splitAtMusic(spectra, { from, to: from + split }, floors),
    ...splitAtMusic(spectra, { from: from + split, to }, floors),
  ];
}

/** Cumulative counts before each frame of a stretch [to - from + 1]: of steady bands, and of all bands above their floor. */
interface SteadyCounts {
  steady: Int32Array;
  all: Int32Array;
}

/** Share of steady bands between two frames of the stretch; 0 if no band is above its floor. */
function shareBetween({ steady, all }: SteadyCounts, from: number, to: number): number {
  return (steady[to]! - steady[from]!) / Math.max(1, all[to]! - all[from]!);
}

function countSteady(
  { logMel, loudnessDb }: SpectrumFrames,
  { from, to }: Stretch,
  floors: Float32Array,
): SteadyCounts {
  const minLoudnessDb = (quantile(loudnessDb.subarray(from, to), 0.95) ?? 0) - ACTIVE_RANGE_DB;
  const steady = new Int32Array(to - from + 1);
  const all = new Int32Array(to - from + 1);
  for (let t = from; t < to; t++) {
    let [steadyBands, bands] = [0, 0];
    const isActive =
      t + STEP_FRAMES < to && Math.min(loudnessDb[t]!, loudnessDb[t + STEP_FRAMES]!) >= minLoudnessDb;
    for (let band = 0; isActive && band < BANDS; band++) {
      const a = logMel[t * BANDS + band]!;
      const b = logMel[(t + STEP_FRAMES) * BANDS + band]!;
      if (Math.max(a, b) < floors[band]! + ABOVE_FLOOR) continue;
      bands++;
      if (Math.abs(b - a) < MAX_STEADY_CHANGE) steadyBands++;
    }
    steady[t - from + 1] = steady[t - from]! + steadyBands;
    all[t - from + 1] = all[t - from]! + bands;
  }
  return { steady, all };
}
