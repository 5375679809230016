import { SILENCE_DB } from '../../dsp/signal';

const FRAMES_PER_SECOND = 100;
/** Speech is at least this far above the 10th percentile, at most this far below the 95th percentile, and above this level (dBFS). */
const ABOVE_FLOOR_DB = 9;
const BELOW_LEVEL_DB = 38;
const MIN_LEVEL_DB = -62;
/** The floor is taken to be at least this far below the level, because speech without pauses has a high 10th percentile. */
const FLOOR_BELOW_LEVEL_DB = 25;
/** A longer pause ends a stretch; a shorter stretch is not speech. */
const PAUSE_FRAMES = 30;
const MIN_FRAMES = 12;
/** Frames added before and after each stretch. */
const PADDING_FRAMES = 8;
const MAX_FRAMES = 600;
/** Shortest part that a long stretch is split into. */
const MIN_PART_FRAMES = 150;

export interface Stretch {
  /** Frames of 10 ms; `to` is not included. */
  from: number;
  to: number;
}

/** Stretches of speech between pauses, by the `loudnessDb` [frames]. None is longer than six seconds plus padding. */
export function findSpeech(loudnessDb: Float32Array): Stretch[] {
  const audible = loudnessDb.filter((db) => db > SILENCE_DB + 5).sort();
  if (audible.length === 0) return [];
  const at = (share: number) => audible[Math.floor(share * (audible.length - 1))]!;
  const level = at(0.95);
  const floor = Math.min(at(0.1), level - FLOOR_BELOW_LEVEL_DB);
  const threshold = Math.max(floor + ABOVE_FLOOR_DB, level - BELOW_LEVEL_DB, MIN_LEVEL_DB);
  const smooth = smoothed(loudnessDb);
  const runs: Stretch[] = [];
  for (let t = 0; t < smooth.length; t++) {
    if (smooth[t]! < threshold) continue;
    const last = runs.at(-1);
    if (last && t - last.to < PAUSE_FRAMES) last.to = t + 1;
    else runs.push({ from: t, to: t + 1 });
  }
  return runs
    .filter((run) => run.to - run.from >= MIN_FRAMES)
    .flatMap((run) => splitLong(run, smooth))
    .map(({ from, to }) => ({
      from: Math.max(0, from - PADDING_FRAMES),
      to: Math.min(loudnessDb.length, to + PADDING_FRAMES),
    }));
}

export function toSeconds(frames: number): number {
  return frames / FRAMES_PER_SECOND;
}

/** Splits a stretch of more than six seconds at its quietest frame. */
function splitLong(run: Stretch, loudnessDb: Float32Array): Stretch[] {
  if (run.to - run.from <= MAX_FRAMES) return [run];
  let quietest = run.from + MIN_PART_FRAMES;
  for (let t = quietest; t < run.to - MIN_PART_FRAMES; t++)
    if (loudnessDb[t]! < loudnessDb[quietest]!) quietest = t;
  return [
    ...splitLong({ from: run.from, to: quietest }, loudnessDb),
    ...splitLong({ from: quietest, to: run.to }, loudnessDb),
  ];
}

/** Moving average over five frames. */
function smoothed(loudnessDb: Float32Array): Float32Array {
  return loudnessDb.map((_, t) => {
    const around = loudnessDb.subarray(Math.max(0, t - 2), t + 3);
    return around.reduce((sum, db) => sum + db, 0) / around.length;
  });
}
