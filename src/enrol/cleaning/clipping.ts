import type { Stretch } from './activity';

/** A flat top is at least this many consecutive samples, each within this step of the next (1 is full scale). */
const MIN_FLAT_SAMPLES = 3;
const MAX_FLAT_STEP = 4e-5;
/** Flat tops below this share of the recording's peak are not clipping. */
const MIN_PEAK_SHARE = 0.25;

/**
 * For each frame of `frameSeconds`, the share of its samples in flat tops, 0..1.
 *
 * `samples` are those of the recording, before resampling, which would round the flat tops. There is no fixed level: clipped
 * recordings may have been attenuated later, but consecutive samples at a peak stay equal.
 */
export function clippedShares(
  samples: Float32Array,
  sampleRateHz: number,
  frameSeconds: number,
): Float32Array {
  const size = frameSeconds * sampleRateHz;
  const shares = new Float32Array(Math.ceil(samples.length / size));
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const minTop = MIN_PEAK_SHARE * peak;
  for (let i = 1, run = 1; i <= samples.length; i++) {
    const [before, now] = [samples[i - 1]!, samples[i] ?? Infinity];
    if (Math.abs(before) > minTop && Math.abs(now - before) <= MAX_FLAT_STEP) {
      run++;
      continue;
    }
    if (run >= MIN_FLAT_SAMPLES && isTop(samples, i - run, i)) {
      for (let j = i - run; j < i; j++) shares[Math.floor(j / size)]! += 1 / size;
    }
    run = 1;
  }
  return shares;
}

/** Whether the magnitude falls on both sides of the run; a plateau on a slope is not clipping. */
function isTop(samples: Float32Array, from: number, to: number): boolean {
  const height = Math.abs(samples[from]!);
  const falls = (index: number) => {
    const value = samples[index];
    return value === undefined || Math.abs(value) < height || Math.sign(value) !== Math.sign(samples[from]!);
  };
  return falls(from - 1) && falls(to);
}

/** A frame counts as clipped if at least 3 of the frames within 30 frames of it have flat tops. */
const CONTEXT_FRAMES = 30;
const MIN_CLIPPED_FRAMES = 3;

/** Splits a stretch of speech where clipping starts and ends, so that its unclipped parts can be kept. */
export function splitAtClipping({ from, to }: Stretch, shares: Float32Array): Stretch[] {
  const isClipped = (t: number) =>
    shares
      .subarray(Math.max(from, t - CONTEXT_FRAMES), Math.min(to, t + CONTEXT_FRAMES))
      .filter((share) => share > 0).length >= MIN_CLIPPED_FRAMES;
  const parts: Stretch[] = [{ from, to: from }];
  let before = isClipped(from);
  for (let t = from; t < to; t++) {
    const now = isClipped(t);
    if (now !== before) parts.push({ from: t, to: t });
    parts.at(-1)!.to = t + 1;
    before = now;
  }
  return parts;
}
