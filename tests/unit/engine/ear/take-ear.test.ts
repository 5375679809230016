import { describe, expect, it } from 'vitest';
import { concat } from '../../../../src/dsp/arrays';
import { measuredWindows, ownCodes, planWindows } from '../../../../src/engine/ear/plan';
import { measureStatistics } from '../../../../src/engine/ear/statistics';
import { TakeEar } from '../../../../src/engine/ear/take-ear';
import { FEATURES } from '../../../../src/engine/shapes';
import { inChunks, random } from '../helpers';
import { fakeEar } from './fake-ear';

/** Speech at the level of which the gain of the ear is 1. */
const PROFILE = { medianF0Hz: 120, speechLevelDb: -23 };

/** A slow ramp, of which the mean over a code is the same at every sample rate. */
function ramp(rateHz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rateHz * seconds) }, (_, i) => i / rateHz / 100);
}

function contentCodes(seconds: number): Float32Array {
  const next = random(1);
  return Float32Array.from({ length: Math.ceil(seconds * 50) * 128 }, () => next());
}

async function join(
  samples: Float32Array,
  rateHz: number,
  pushes: Float32Array[],
  { ear = fakeEar(), profile = PROFILE } = {},
): Promise<Float32Array> {
  const take = new TakeEar(ear, { samples, sampleRateHz: rateHz }, profile);
  await take.measure(async () => undefined);
  const parts: Float32Array[] = [];
  for (const push of pushes) parts.push(await take.push(push));
  return concat(parts);
}

/** `codes` in pushes of whole codes. */
function pushesOf(codes: Float32Array, seed: number): Float32Array[] {
  return inChunks(new Float32Array(codes.length / 128), seed, 120).reduce<Float32Array[]>((all, chunk) => {
    const from = all.reduce((sum, part) => sum + part.length, 0);
    return [...all, codes.slice(from, from + 128 * chunk.length)];
  }, []);
}

describe('the windows of a take', () => {
  it.each([1, 250, 800, 849, 850, 1170, 1500, 3050, 50_150, 180_000])('cover %i codes', (codes) => {
    const windows = planWindows(codes);
    expect(windows[0]!.first).toBe(0);
    expect(windows.at(-1)!.end).toBe(codes);
    let own = 0;
    for (const [i, { first, end }] of windows.entries()) {
      expect(first % 50).toBe(0);
      expect(end - first).toBeLessThanOrEqual(17 * 50);
      if (windows.length > 1) expect(end - first).toBeGreaterThanOrEqual(8 * 50);
      if (i > 0) expect(windows[i - 1]!.end - first).toBe(100);
      const { from, to } = ownCodes(windows, i);
      own += to - from;
    }
    expect(own).toBe(codes);
  });

  it('are those of Python', () => {
    // models/pipeline/ear_take.py: plan(1170), plan(1500).
    expect(planWindows(1170)).toEqual([
      { first: 0, end: 650 },
      { first: 550, end: 1170 },
    ]);
    expect(planWindows(1500).map(({ first }) => first)).toEqual([0, 450, 950]);
  });

  it('are measured at thirty places of a long take', () => {
    expect(measuredWindows(12)).toHaveLength(12);
    const found = measuredWindows(360);
    expect(new Set(found).size).toBe(30);
    expect([found[0], found.at(-1)]).toEqual([0, 359]);
  });
});

describe('the statistics of a take', () => {
  it('leave out pauses', () => {
    const features = new Float32Array(4 * FEATURES);
    for (const [n, x] of [1, 3, 5, 1000].entries()) features.fill(x, n * FEATURES, (n + 1) * FEATURES);
    const { mean, deviation, activeFrames } = measureStatistics([
      { features, loudnessDb: Float32Array.of(-20, -30, -25, -60) },
    ]);
    expect(activeFrames).toBe(3);
    expect(mean[7]).toBeCloseTo(3, 5);
    expect(deviation[7]).toBeCloseTo(2.001, 5);
  });

  it('are none of a take with fewer than two frames of speech', () => {
    const heard = { features: new Float32Array(FEATURES).fill(1), loudnessDb: Float32Array.of(-20) };
    expect(measureStatistics([heard])).toMatchObject({ activeFrames: 0, mean: new Float32Array(FEATURES) });
  });
});

describe('the ear of a take', () => {
  it('does not depend on how the codes are split into pushes', async () => {
    const seconds = 23.3;
    const [samples, codes] = [ramp(16000, seconds), contentCodes(seconds)];
    const whole = await join(samples, 16000, [codes]);
    expect(whole.length).toBe(codes.length);
    for (const seed of [1, 2]) {
      const other = await join(samples, 16000, pushesOf(codes, seed));
      expect(other.length).toBe(whole.length);
      expect(other.findIndex((x, i) => x !== whole[i])).toBe(-1);
    }
  });

  it.each([8000, 11025, 16000, 44100, 48000])('hears the same at %i Hz, in every window', async (rateHz) => {
    const seconds = 24;
    const whole = await join(ramp(rateHz, seconds), rateHz, [contentCodes(seconds)]);
    const active = seconds * 50;
    for (let k = 10; k < active - 10; k += 7) {
      // Seven codes' means of a ramp that rises by 10 a second, and the number of active codes.
      expect(Math.abs(whole[k * 128]! - active - 7 * 10 * ((k + 0.5) / 50))).toBeLessThan(0.02);
    }
  });

  it('keeps the content network’s numbers, and codes after the end as they are', async () => {
    const codes = contentCodes(4);
    const whole = await join(ramp(16000, 2), 16000, pushesOf(codes, 3));
    expect(whole.length).toBe(codes.length);
    for (let k = 0; k < 200; k++)
      expect(whole.subarray(k * 128 + 1, (k + 1) * 128)).toEqual(codes.subarray(k * 128 + 1, (k + 1) * 128));
    expect(whole.subarray(100 * 128)).toEqual(codes.subarray(100 * 128));
  });

  it('hears speech at one level', async () => {
    let loudest = 0;
    const ear = fakeEar((samples) => (loudest = samples.reduce((most, x) => Math.max(most, x), loudest)));
    const faint = new Float32Array(32000).fill(0.01);
    await join(faint, 16000, [contentCodes(2)], { ear, profile: { medianF0Hz: 120, speechLevelDb: -43 } });
    expect(loudest).toBeCloseTo(0.1, 3);
  });

  it('hears a long take window by window, each once, and keeps at most thirty', async () => {
    const seconds = 400;
    const heard: number[] = [];
    const take = new TakeEar(
      fakeEar((samples) => heard.push(samples.length)),
      { samples: new Float32Array(16000 * seconds), sampleRateHz: 16000 },
      PROFILE,
    );
    await take.measure(async () => undefined);
    expect(heard).toHaveLength(30);
    const codes = new Float32Array(128 * 500);
    for (let at = 0; at < seconds; at += 10) await take.push(codes);
    expect(take.windows).toHaveLength(40);
    expect(heard).toHaveLength(40);
  });

  it('can be cancelled between windows', async () => {
    let runs = 0;
    const take = new TakeEar(
      fakeEar(() => runs++),
      { samples: ramp(16000, 60), sampleRateHz: 16000 },
      PROFILE,
    );
    const cancelled = take.measure(async (done) => {
      if (done === 2) throw new Error('cancelled');
    });
    await expect(cancelled).rejects.toThrow('cancelled');
    expect(runs).toBe(2);
  });
});
