const BLOCK_SECONDS = 0.4;
const STEPS_PER_BLOCK = 4;
/** BS.1770: blocks below this loudness (LKFS) or 10 LU below the mean of the rest are pauses. */
const ABSOLUTE_GATE = -70;
const RELATIVE_GATE = -10;

/**
 * Gains for comparing two recordings at equal loudness (ITU-R BS.1770: K-weighted, gated, mono): the louder one is
 * attenuated, the other has gain 1. Both are 1 where either recording is silent.
 */
export function matchedGains(
  a: Float32Array,
  rateAHz: number,
  b: Float32Array,
  rateBHz: number,
): [number, number] {
  const difference = loudnessLkfs(a, rateAHz) - loudnessLkfs(b, rateBHz);
  if (!Number.isFinite(difference)) return [1, 1];
  const gain = 10 ** (-Math.abs(difference) / 20);
  return difference > 0 ? [gain, 1] : [1, gain];
}

/** Integrated loudness of mono samples in LKFS; -Infinity when no block passes the gates. */
export function loudnessLkfs(samples: Float32Array, sampleRateHz: number): number {
  const powers = blockPowers(samples, sampleRateHz);
  const audible = powers.filter((power) => toLkfs(power) > ABSOLUTE_GATE);
  if (audible.length === 0) return -Infinity;
  const gate = toLkfs(mean(audible)) + RELATIVE_GATE;
  return toLkfs(mean(audible.filter((power) => toLkfs(power) > gate)));
}

/** Mean squares of K-weighted blocks of 400 ms with 75 % overlap; a shorter recording is one block. */
function blockPowers(samples: Float32Array, sampleRateHz: number): number[] {
  const step = Math.max(1, Math.round((BLOCK_SECONDS * sampleRateHz) / STEPS_PER_BLOCK));
  const shelf = highShelf(sampleRateHz);
  const pass = highPass(sampleRateHz);
  const steps: number[] = [];
  let sum = 0;
  for (let i = 0; i < samples.length; i++) {
    const weighted = pass(shelf(samples[i]!));
    sum += weighted * weighted;
    if ((i + 1) % step === 0) {
      steps.push(sum);
      sum = 0;
    }
  }
  if (steps.length < STEPS_PER_BLOCK) {
    const total = steps.reduce((all, part) => all + part, sum);
    return samples.length > 0 ? [total / samples.length] : [];
  }
  const blocks: number[] = [];
  for (let i = STEPS_PER_BLOCK; i <= steps.length; i++) {
    blocks.push(
      steps.slice(i - STEPS_PER_BLOCK, i).reduce((all, part) => all + part, 0) / (STEPS_PER_BLOCK * step),
    );
  }
  return blocks;
}

function toLkfs(power: number): number {
  return -0.691 + 10 * Math.log10(power);
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

type Filter = (sample: number) => number;

/** First stage of K-weighting, the effect of the head: a high shelf of +4 dB above 1.7 kHz. */
function highShelf(sampleRateHz: number): Filter {
  const k = Math.tan((Math.PI * 1681.9744509555319) / sampleRateHz);
  const q = 0.7071752369554193;
  const high = 10 ** (3.99984385397 / 20);
  const band = high ** 0.499666774155;
  return biquad(
    [high + (band * k) / q + k * k, 2 * (k * k - high), high - (band * k) / q + k * k],
    [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k],
  );
}

/** Second stage of K-weighting: a high-pass at 38 Hz. */
function highPass(sampleRateHz: number): Filter {
  const k = Math.tan((Math.PI * 38.13547087613982) / sampleRateHz);
  const q = 0.5003270373253953;
  const gain = 1 + k / q + k * k;
  return biquad([gain, -2 * gain, gain], [gain, 2 * (k * k - 1), 1 - k / q + k * k]);
}

function biquad(b: [number, number, number], a: [number, number, number]): Filter {
  const [b0, b1, b2] = [b[0] / a[0], b[1] / a[0], b[2] / a[0]];
  const [a1, a2] = [a[1] / a[0], a[2] / a[0]];
  let s1 = 0;
  let s2 = 0;
  return (x) => {
    const y = b0 * x + s1;
    s1 = b1 * x - a1 * y + s2;
    s2 = b2 * x - a2 * y;
    return y;
  };
}
