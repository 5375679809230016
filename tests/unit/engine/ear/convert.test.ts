import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { speechGain } from '../../../../src/engine/analysis/input-level';
import { convertTake, type TakeOptions } from '../../../../src/engine/offline';
import { DEFAULT_CONTROLS, type ConvertProgress } from '../../../../src/engine/types';
import { readWav } from '../../../browser/wav';
import { mix, noise } from '../../../disguises';
import { fakeNetworks, fakeVoice } from '../fake-networks';
import { fakeEar } from './fake-ear';

const SECONDS = 18;
/** A pulse train at 120 Hz, which the analysis treats as a voice. */
const buzz = Float32Array.from({ length: 16000 * SECONDS }, (_, i) => {
  let x = 0;
  for (let k = 1; k <= 20; k++) x += Math.cos((2 * Math.PI * 120 * k * i) / 16000);
  return 0.02 * x;
});

const take = (changes: Partial<TakeOptions> = {}) =>
  convertTake({
    networks: fakeNetworks(),
    ear: fakeEar(),
    voice: fakeVoice(),
    controls: DEFAULT_CONTROLS,
    samples: buzz,
    sampleRateHz: 16000,
    profile: { medianF0Hz: 120, speechLevelDb: -23 },
    ...changes,
  });

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

describe('a take converted with the ear', () => {
  it('is as long as the take, and the same for any block size', async () => {
    const [{ samples }, small, other] = [
      await take(),
      await take({ ear: undefined }),
      await take({ blockCodes: 7 }),
    ];
    expect(samples.length).toBe(24000 * SECONDS);
    const differs = (than: Float32Array, by: number) =>
      samples.findIndex((x, i) => Math.abs(x - than[i]!) > by);
    expect(differs(small.samples, 1e-3)).not.toBe(-1);
    expect(differs(other.samples, 1e-3)).toBe(-1);
  });

  it('delivers its samples in order as they are made, the first long before the last is read', async () => {
    const parts: { at: number; samples: Float32Array; after: number }[] = [];
    let joins = 0;
    const networks = fakeNetworks();
    const { session } = networks.content;
    networks.content.session = { ...session, run: (feeds) => (joins++, session.run(feeds)) };
    const whole = await take({
      networks,
      onSamples: (samples, at) => parts.push({ at, samples, after: joins }),
    });
    expect(parts.map(({ at }) => at)).toEqual(
      parts.map((_, i) => parts.slice(0, i).reduce((sum, { samples }) => sum + samples.length, 0)),
    );
    const delivered = Float32Array.from(parts.flatMap(({ samples }) => [...samples]));
    expect(delivered.length).toBe(whole.samples.length);
    // Those of the take are all scaled by one factor where a peak exceeds 0.98.
    const peak = delivered.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const factor = Math.min(1, 0.98 / peak);
    expect(delivered.findIndex((x, i) => Math.abs(factor * x - whole.samples[i]!) > 1e-5)).toBe(-1);
    expect(parts[0]!.after).toBeLessThanOrEqual(3);
    expect(joins).toBeGreaterThan(10 * parts[0]!.after);
    const plain = await take();
    expect(plain.samples.findIndex((x, i) => Math.abs(x - whole.samples[i]!) > 1e-3)).toBe(-1);
  });

  it('is denoised or not as it was judged before', async () => {
    let denoised = 0;
    const ear = fakeEar(undefined, () => denoised++);
    const samples = buzz.subarray(0, 16000);
    const clean = { voices: 0, hall: 0, noise: 0, far: 0, rumble: 0, whisper: 0, hum: 0, quiet: 0 };
    expect((await take({ ear, samples, judged: { ...clean, noise: 0.9 } })).isDenoised).toBe(true);
    expect(denoised).toBeGreaterThan(0);
    expect((await take({ ear, samples, judged: clean })).isDenoised).toBe(false);
    expect((await take({ ear, samples, judged: null })).isDenoised).toBe(false);
  });

  it('reports one progress, which starts with the first window and never goes back', async () => {
    const reports: ConvertProgress[] = [];
    await take({ onProgress: (progress) => reports.push(progress) });
    const done = reports.map(({ secondsDone }) => secondsDone);
    expect(done[0]).toBeGreaterThan(0);
    expect(done[0]).toBeLessThan(5);
    expect(done.every((seconds, i) => i === 0 || seconds >= done[i - 1]!)).toBe(true);
    expect(done.at(-1)).toBeCloseTo(SECONDS, 6);
    expect(reports.at(-1)!.secondsLeft).toBeCloseTo(0, 6);
    expect(reports.every(({ secondsTotal }) => secondsTotal === SECONDS)).toBe(true);
  });

  it('stops after the window in which it is cancelled', async () => {
    const controller = new AbortController();
    let windows = 0;
    const ear = fakeEar(() => {
      windows++;
      controller.abort();
    });
    await expect(take({ ear, signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(windows).toBe(1);
  });

  it('loses its noise first where there is noise, and is as long as before', async () => {
    const speech = readWav(readFileSync(new URL('../../../fixtures/audio/speech.wav', import.meta.url)));
    const inNoise = mix(speech, noise(speech.length, 1), 5);
    let denoised = 0;
    const ear = fakeEar(undefined, () => denoised++);
    const reports: number[] = [];
    const options = {
      ear,
      profile: undefined,
      onProgress: (p: ConvertProgress) => reports.push(p.secondsDone),
    };
    expect((await take({ ...options, samples: speech })).isDenoised).toBe(false);
    expect(denoised).toBe(0);
    reports.length = 0;
    const converted = await take({ ...options, samples: inNoise });
    expect(converted.isDenoised).toBe(true);
    expect(denoised).toBe(1);
    expect(converted.samples.length).toBe(Math.round((inNoise.length / 16000) * 24000));
    expect(reports.every((seconds, i) => i === 0 || seconds >= reports[i - 1]!)).toBe(true);
    expect((await take({ ...options, ear: undefined, samples: inNoise })).isDenoised).toBe(false);
  });

  it('is heard with half of what its denoiser took away', async () => {
    const speech = readWav(readFileSync(new URL('../../../fixtures/audio/speech.wav', import.meta.url)));
    const inNoise = mix(speech, noise(speech.length, 1), 5);
    const windows: Float32Array[] = [];
    const ear = fakeEar((samples) => windows.push(samples.slice()), undefined, 0.2);
    const { profile } = await take({ ear, profile: undefined, samples: inNoise });
    // 200 samples before the take belong to the first window.
    const heard = windows[0]!.subarray(200, 200 + inNoise.length);
    const share = dot(heard, inNoise) / dot(inNoise, inNoise) / speechGain(profile);
    expect(share).toBeCloseTo((1 + 0.2) / 2, 2);
  });
});
