import { SILENCE_DB } from '../../dsp/signal';

const FRAMES_PER_SECOND = 100;
/** Speech lies this far above what is between it, and not further below its own loud parts. */
const ABOVE_FLOOR_DB = 9;
const BELOW_LEVEL_DB = 38;
const LOWEST_DB = -62;
/** A pause longer than this ends a piece; a sound shorter than that is none. */
const PAUSE_FRAMES = 30;
const BLIP_FRAMES = 12;
const PAD_FRAMES = 8;
export const LONGEST_FRAMES = 600;
const SHORTEST_HALF = 150;

export interface Stretch {
  /** Frames of 10 ms, the end not included. */
  from: number;
  to: number;
}

/** Stretches of speech between pauses, found by loudness: [frames] of `loudnessDb`. None is longer than six seconds. */
export function findSpeech(loudnessDb: Float32Array): Stretch[] {
  const audible = loudnessDb.filter((db) => db > SILENCE_DB + 5).sort();
  if (audible.length === 0) return [];
  const at = (share: number) => audible[Math.floor(share * (audible.length - 1))]!;
  const level = at(0.95);
  // A floor that is nearly as loud as the speech is speech without pauses.
  const floor = Math.min(at(0.1), level - 25);
  const threshold = Math.max(floor + ABOVE_FLOOR_DB, level - BELOW_LEVEL_DB, LOWEST_DB);
  const smooth = smoothed(loudnessDb);
  const runs: Stretch[] = [];
  for (let t = 0; t < smooth.length; t++) {
    if (smooth[t]! < threshold) continue;
    const last = runs.at(-1);
    if (last && t - last.to < PAUSE_FRAMES) last.to = t + 1;
    else runs.push({ from: t, to: t + 1 });
  }
  return runs
    .filter((run) => run.to - run.from >= BLIP_FRAMES)
    .flatMap((run) => halve(run, smooth))
    .map(({ from, to }) => ({
      from: Math.max(0, from - PAD_FRAMES),
      to: Math.min(loudnessDb.length, to + PAD_FRAMES),
    }));
}

export function toSeconds(frames: number): number {
  return frames / FRAMES_PER_SECOND;
}

/** Cuts what is too long at its quietest place. */
function halve(run: Stretch, loudness: Float32Array): Stretch[] {
  if (run.to - run.from <= LONGEST_FRAMES) return [run];
  let cut = run.from + SHORTEST_HALF;
  for (let t = cut; t < run.to - SHORTEST_HALF; t++) if (loudness[t]! < loudness[cut]!) cut = t;
  return [...halve({ from: run.from, to: cut }, loudness), ...halve({ from: cut, to: run.to }, loudness)];
}

/** Mean of five frames. */
function smoothed(loudnessDb: Float32Array): Float32Array {
  return loudnessDb.map((_, t) => {
    const around = loudnessDb.subarray(Math.max(0, t - 2), t + 3);
    return around.reduce((sum, db) => sum + db, 0) / around.length;
  });
}
