import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/dsp/arrays';
import type { NetworkSession } from '../../../src/engine/backends/network';
import { convertTake } from '../../../src/engine/offline';
import { medianF0Hz, profileTake } from '../../../src/engine/analysis/profile';
import { ConversionStream } from '../../../src/engine/stream';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { fakeNetworks, fakeVoice } from './fake-networks';
import { inChunks, random, rms, sine } from './helpers';

const PROFILE = { medianF0Hz: 120, speechLevelDb: -23 };

/** A pulse train at 120 Hz with pauses, which the analysis treats as a voice. */
function buzz(rateHz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rateHz * seconds) }, (_, i) => {
    const t = i / rateHz;
    if (t % 0.5 > 0.35) return 0;
    let x = 0;
    for (let k = 1; k <= 20; k++) x += Math.cos(2 * Math.PI * 120 * k * t);
    return 0.02 * x;
  });
}

async function convert(
  chunks: Float32Array[],
  sampleRateHz: number,
  blockCodes = 10,
  voice = fakeVoice(),
  controls = DEFAULT_CONTROLS,
): Promise<Float32Array> {
  const stream = new ConversionStream({
    networks: fakeNetworks(),
    voice,
    controls,
    profile: PROFILE,
    sampleRateHz,
    blockCodes,
  });
  const parts: Float32Array[] = [];
  for (const chunk of chunks) parts.push(await stream.push(chunk));
  parts.push(await stream.end());
  return concat(parts);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0);
}

describe('the conversion stream', () => {
  it('does not depend on how its input is split, nor on the block size', async () => {
    const samples = buzz(44100, 1.3);
    const whole = await convert([samples], 44100);
    expect(whole.length).toBe(Math.round(1.3 * 24000));
    expect(rms(whole)).toBeGreaterThan(0.001);
    expect(largestDifference(await convert(inChunks(samples, 1, 4000), 44100), whole)).toBe(0);
    expect(largestDifference(await convert(inChunks(samples, 2, 300), 44100), whole)).toBe(0);
    expect(largestDifference(await convert([samples], 44100, 1), whole)).toBeLessThan(1e-4);
    expect(largestDifference(await convert([samples], 44100, 50), whole)).toBeLessThan(1e-4);
  });

  it('applies the colour of its voice', async () => {
    const samples = [buzz(16000, 1)];
    const plain = await convert(samples, 16000);
    const halved = fakeVoice({ colour: new Float32Array(80).fill(-Math.LN2) });
    const coloured = await convert(samples, 16000, 10, halved);
    expect(rms(coloured) / rms(plain)).toBeCloseTo(0.5, 1);
  });

  it('sounds as recorded only where that is chosen and the voice has that sound', async () => {
    const samples = [buzz(16000, 1)];
    const noise = new Float32Array(80).fill(-5);
    const voice = fakeVoice({
      recorded: { band: new Float32Array(80).fill(-25), noise, wowRateHz: 1, wowDepth: 0, medianF0Hz: 120 },
    });
    const recorded = { ...DEFAULT_CONTROLS, sound: 'recorded' as const };
    const plain = await convert(samples, 16000);
    expect(await convert(samples, 16000, 10, voice)).toEqual(plain);
    expect(await convert(samples, 16000, 10, fakeVoice(), recorded)).toEqual(plain);
    const heard = await convert(samples, 16000, 10, voice, recorded);
    expect(heard.length).toBe(plain.length);
    // Nothing passes the band; the noise of the machine is all there is.
    expect(Math.log(rms(heard))).toBeCloseTo(-5, 1);
    expect(
      largestDifference(await convert(inChunks(samples[0]!, 1, 900), 16000, 3, voice, recorded), heard),
    ).toBeLessThan(1e-6);
  });

  it('keeps the time and the duration of sounds', async () => {
    for (const rate of [8000, 16000, 44100, 48000, 192000]) {
      const samples = new Float32Array(rate);
      samples.set(buzz(rate, 0.3), Math.round(0.4 * rate));
      const out = await convert([samples], rate);
      expect(out.length).toBe(24000);
      const energy = (from: number, to: number) => rms(out.subarray(from * 24000, to * 24000));
      expect(energy(0, 0.36)).toBe(0);
      expect(energy(0.42, 0.68)).toBeGreaterThan(0.002);
      expect(energy(0.78, 1)).toBe(0);
    }
  });

  it('turns digital silence into digital silence', async () => {
    const out = await convert([new Float32Array(16000)], 16000);
    expect(out.length).toBe(24000);
    expect(out.every((x) => x === 0)).toBe(true);
  });

  it('converts takes of a few samples', async () => {
    for (const length of [1, 7, 160, 399]) {
      expect((await convert([new Float32Array(length).fill(0.1)], 16000)).length).toBe(
        Math.round(length * 1.5),
      );
    }
  });

  it('rejects samples that are not finite, and every call after that', async () => {
    const stream = new ConversionStream({
      networks: fakeNetworks(),
      voice: fakeVoice(),
      controls: DEFAULT_CONTROLS,
      profile: PROFILE,
      sampleRateHz: 16000,
    });
    const bad = new Float32Array(4000);
    bad[2000] = Number.NaN;
    await expect(stream.push(bad)).rejects.toMatchObject({ code: 'input-not-finite' });
    await expect(stream.end()).rejects.toMatchObject({ code: 'input-not-finite' });
  });
});

describe('converting a take', () => {
  const take = (samples: Float32Array, changes = {}) =>
    convertTake({
      networks: fakeNetworks(),
      voice: fakeVoice(),
      controls: DEFAULT_CONTROLS,
      samples,
      sampleRateHz: 16000,
      ...changes,
    });

  it('measures the speaker at any level', async () => {
    for (const gain of [1, 0.01]) {
      const profile = await profileTake(
        buzz(48000, 1).map((x) => x * gain),
        48000,
      );
      expect(profile.medianF0Hz).toBeGreaterThan(118);
      expect(profile.medianF0Hz).toBeLessThan(122);
    }
    const level = (await profileTake(sine(200, 16000, 1, 0.5), 16000)).speechLevelDb;
    expect(level).toBeCloseTo(20 * Math.log10(0.5 / Math.SQRT2), 1);
    expect((await profileTake(new Float32Array(16000), 16000)).medianF0Hz).toBe(0);
  });

  it('measures the background noise between words, and attenuates it', async () => {
    const hiss = new Float32Array(48000);
    const next = random(3);
    for (let i = 0; i < hiss.length; i++) hiss[i] = 0.01 * (next() - 0.5);
    const spoken = buzz(16000, 3).map((x, i) => x + hiss[i]!);
    const profile = await profileTake(spoken, 16000);
    expect(profile.noiseDb).toBeCloseTo(20 * Math.log10(rms(hiss)), 0);
    expect((await profileTake(buzz(16000, 1), 16000)).noiseDb).toBeCloseTo(-80);
    const attenuated = (await take(spoken)).samples;
    const plain = (await take(spoken, { profile: { ...profile, noiseDb: undefined } })).samples;
    const pause = (out: Float32Array) => rms(out.subarray(1.42 * 24000, 1.46 * 24000));
    expect(pause(attenuated) / pause(plain)).toBeCloseTo(10 ** (-9 / 20), 1);
    expect(attenuated.subarray(24000, 1.25 * 24000)).toEqual(plain.subarray(24000, 1.25 * 24000));
  });

  it('excludes octave errors from the median F0', () => {
    expect(medianF0Hz(Float32Array.of(0, 90, 92, 0, 94, 96, 184, 188, 720))).toBe(93);
    expect(medianF0Hz(Float32Array.of(100, 1000))).toBe(1000);
    expect(medianF0Hz(new Float32Array(3))).toBe(0);
  });

  it('gives a quiet take and a loud one the same result', async () => {
    const loud = await take(buzz(16000, 1));
    const quiet = await take(buzz(16000, 1).map((x) => x * 0.1));
    expect(largestDifference(loud.samples, quiet.samples)).toBeLessThan(0.01 * rms(loud.samples));
  });

  it('reports progress up to the end', async () => {
    const seen: number[] = [];
    await take(buzz(16000, 2.5), { onProgress: (p: { secondsDone: number }) => seen.push(p.secondsDone) });
    expect(seen).toEqual([1, 2, 2.5]);
  });

  it('stops when cancelled', async () => {
    const controller = new AbortController();
    const running = take(buzz(16000, 5), { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('rejects an empty take and samples that are not finite', async () => {
    await expect(take(new Float32Array(0))).rejects.toMatchObject({ code: 'input-empty' });
    await expect(take(new Float32Array(10).fill(Infinity))).rejects.toMatchObject({
      code: 'input-not-finite',
    });
  });

  it('returns finite samples for huge samples and for gains that are not finite', async () => {
    const huge = await take(new Float32Array(8000).fill(1e30));
    expect(huge.samples.every(Number.isFinite)).toBe(true);
    const networks = fakeNetworks();
    const inner = networks.generator.session;
    const broken: NetworkSession = {
      ...inner,
      async run(feeds) {
        const results = await inner.run(feeds);
        ((await results['harmonicLogGain']!.getData()) as Float32Array).fill(Number.NaN);
        return results;
      },
    };
    const out = await take(buzz(16000, 1), {
      networks: { ...networks, generator: { ...networks.generator, session: broken } },
    });
    expect(out.samples.every(Number.isFinite)).toBe(true);
  });
});
