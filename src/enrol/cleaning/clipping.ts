import type { Stretch } from './activity';

/** A flat top: so many neighbouring samples at one height, this close to each other. */
const FLAT_SAMPLES = 3;
const FLAT_STEP = 4e-5;
/** Tops below this share of the recording's peak are no clipping. */
const LOUD_SHARE = 0.25;

/**
 * For each frame of `frameSeconds`, the share of its samples that lie in flat tops.
 *
 * Looks at the recording as it came: resampling and turning down later hide flat tops from a fixed threshold,
 * but not that neighbours are equal where a wave should bend.
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
  const loud = LOUD_SHARE * peak;
  for (let i = 1, run = 1; i <= samples.length; i++) {
    const [before, now] = [samples[i - 1]!, samples[i] ?? Infinity];
    if (Math.abs(before) > loud && Math.abs(now - before) <= FLAT_STEP) {
      run++;
      continue;
    }
    if (run >= FLAT_SAMPLES && isTop(samples, i - run, i)) {
      for (let j = i - run; j < i; j++) shares[Math.floor(j / size)]! += 1 / size;
    }
    run = 1;
  }
  return shares;
}

/** Whether the wave falls away on both sides of the run: a plateau on a slope is something else. */
function isTop(samples: Float32Array, from: number, to: number): boolean {
  const height = Math.abs(samples[from]!);
  const falls = (index: number) => {
    const value = samples[index];
    return value === undefined || Math.abs(value) < height || Math.sign(value) !== Math.sign(samples[from]!);
  };
  return falls(from - 1) && falls(to);
}

/** Half the width of what is looked at around a frame, in frames. */
const AROUND_FRAMES = 30;
const FEWEST_CLIPPED = 3;

/** Cuts a stretch of speech where clipping begins and ends, so that what is whole need not go with what is not. */
export function splitAtClipping({ from, to }: Stretch, shares: Float32Array): Stretch[] {
  const isHurt = (t: number) =>
    shares
      .subarray(Math.max(from, t - AROUND_FRAMES), Math.min(to, t + AROUND_FRAMES))
      .filter((share) => share > 0).length >= FEWEST_CLIPPED;
  const parts: Stretch[] = [{ from, to: from }];
  let before = isHurt(from);
  for (let t = from; t < to; t++) {
    const now = isHurt(t);
    if (now !== before) parts.push({ from: t, to: t });
    parts.at(-1)!.to = t + 1;
    before = now;
  }
  return parts;
}
