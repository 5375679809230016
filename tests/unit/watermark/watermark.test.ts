import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/dsp/arrays';
import {
  detectWatermark,
  embedWatermark,
  markSamples,
  voiceId24,
  WatermarkEmbedder,
} from '../../../src/watermark';
import { hzToMel, melToHz } from '../../../src/dsp/signal';
import { PeriodSound } from '../../../src/engine/synthesis/period-sound';
import { DetectionJobs } from '../../../src/watermark/jobs';
import { resample, rms, withNoise } from './detector/attacks';
import { randomFrom, speechLike } from './speech-like';

const PAYLOAD = { version: 2, id24: voiceId24('kathleen') };
const speech = speechLike(8);
const marked = embedWatermark(speech, PAYLOAD);

describe('the mark', () => {
  it('is detected with its payload, and not in unmarked speech', async () => {
    const found = await detectWatermark(marked, 24000);
    expect(found).toMatchObject({
      present: 'yes',
      payload: PAYLOAD,
      payloadOk: true,
      speed: 1,
      pitchCents: 0,
    });
    expect(found.payloadConfidence).toBeGreaterThan(0.99);
    expect(await detectWatermark(speech, 24000)).toMatchObject({
      present: 'no',
      payload: null,
      payloadOk: false,
      payloadConfidence: 0,
      ranges: [],
    });
  });

  it('is detected in speech that sounds as a disc of 1913: 250 to 3000 Hz, with its noise and wow', async () => {
    const band = Float32Array.from({ length: 80 }, (_, i) => {
      const hz = melToHz((hzToMel(12000) * i) / 79);
      return -Math.LN10 * Math.max(0, 1.2 * Math.log2(250 / Math.max(hz, 1)), 1.8 * Math.log2(hz / 3000));
    });
    const noise = band.map((gain) => Math.max(-12, gain) + Math.log(0.1 * rms(speech)));
    const recorded = { band, noise, wowRateHz: 1.3, wowDepth: 0.005, medianF0Hz: 200 };
    const old = new PeriodSound(recorded).push(speech);
    expect((await detectWatermark(old, 24000)).present).toBe('no');
    expect(await detectWatermark(embedWatermark(old, PAYLOAD), 24000)).toMatchObject({
      present: 'yes',
      payload: PAYLOAD,
      payloadOk: true,
    });
  });

  it('changes speech by less than -10 dB and silence not at all', () => {
    const difference = marked.map((x, i) => x - speech[i]!);
    expect(20 * Math.log10(rms(difference) / rms(speech))).toBeLessThan(-10);
    expect(marked.length).toBe(speech.length);
    expect(embedWatermark(new Float32Array(50000), PAYLOAD).every((x) => x === 0)).toBe(true);
    expect(embedWatermark(new Float32Array(0), PAYLOAD).length).toBe(0);
    expect(embedWatermark(speech.slice(0, 100), PAYLOAD).every(Number.isFinite)).toBe(true);
    expect(embedWatermark(speech, PAYLOAD)).toEqual(marked);
  });

  it.each([0.37, 1.1, 2.73])('is detected in 3 s cut out at %f s', async (start) => {
    const from = Math.round(start * 24000);
    expect((await detectWatermark(marked.slice(from, from + 72000), 24000)).present).toBe('yes');
  });

  it.each([
    ['attenuation to 0.05', (x: Float32Array) => x.map((v) => 0.05 * v)],
    ['inverted polarity', (x: Float32Array) => x.map((v) => -v)],
    ['noise 20 dB below', (x: Float32Array) => withNoise(x, 20)],
  ])('is decoded after %s', async (_, attack) => {
    expect(await detectWatermark(attack(marked), 24000)).toMatchObject({
      present: 'yes',
      payload: PAYLOAD,
      payloadOk: true,
    });
  });

  it.each([16000, 44100, 48000])('is decoded at %i Hz', async (rate) => {
    const found = await detectWatermark(resample(marked, 24000, rate), rate);
    expect(found).toMatchObject({ present: 'yes', payload: PAYLOAD, payloadOk: true });
  });

  it('is detected in 8 s of a minute, and nowhere else in it', async () => {
    const minute = speechLike(60, 24000, 5);
    minute.set(marked, 31 * 24000);
    const found = await detectWatermark(minute, 24000);
    expect(found).toMatchObject({ present: 'yes', payload: PAYLOAD });
    expect(found.ranges.length).toBe(1);
    expect(Math.abs(found.ranges[0]!.startSeconds - 31)).toBeLessThan(0.5);
    expect(Math.abs(found.ranges[0]!.endSeconds - 39)).toBeLessThan(0.5);
  });

  it('is reported as two ranges where two parts of a recording are marked', async () => {
    const other = speechLike(8, 24000, 6);
    const both = concat([marked.subarray(0, 120000), other, marked.subarray(60000, 180000)]);
    const { ranges } = await detectWatermark(both, 24000);
    expect(ranges.length).toBe(2);
    expect(Math.abs(ranges[0]!.endSeconds - 5)).toBeLessThan(0.5);
    expect(Math.abs(ranges[1]!.startSeconds - 13)).toBeLessThan(0.5);
  });

  it('is neither reported nor excluded in silence and in less than 2 s', async () => {
    expect((await detectWatermark(new Float32Array(100000), 24000)).present).toBe('cannot-say');
    expect((await detectWatermark(new Float32Array(0), 24000)).present).toBe('cannot-say');
    expect((await detectWatermark(speech.slice(0, 24000), 24000)).present).toBe('cannot-say');
  });
});

describe('a stream', () => {
  it('is marked like the whole, however it is split, with at most 42.7 ms of delay', () => {
    const random = randomFrom(11);
    const embedder = new WatermarkEmbedder(PAYLOAD);
    const chunks: Float32Array[] = [];
    let pushed = 0;
    let returned = 0;
    while (pushed < speech.length) {
      const chunk = speech.subarray(pushed, pushed + Math.floor(3000 * random()));
      pushed += chunk.length;
      chunks.push(embedder.push(chunk).slice());
      returned += chunks.at(-1)!.length;
      expect(pushed - returned).toBeLessThanOrEqual(WatermarkEmbedder.delaySamples);
    }
    chunks.push(embedder.end().slice());
    expect(concat(chunks)).toEqual(marked);
  });

  it('keeps its length', () => {
    for (const length of [0, 1, 511, 512, 513, 1024, 5000]) {
      const embedder = new WatermarkEmbedder(PAYLOAD);
      const first = embedder.push(speech.slice(0, length));
      expect(first.length + embedder.end().length).toBe(length);
    }
  });
});

describe('marked samples', () => {
  it('equal the marked stream, report progress and can be cancelled', async () => {
    const fractions: number[] = [];
    const made = await markSamples(speech, PAYLOAD, { onProgress: (fraction) => fractions.push(fraction) });
    expect(made.slice()).toEqual(marked);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    const signal = AbortSignal.abort();
    await expect(markSamples(speech, PAYLOAD, { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('stay marked after limitPeak', async () => {
    const loud = speech.map((x) => 20 * x);
    const made = (await markSamples(loud, PAYLOAD)).limitPeak().slice();
    expect(made.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0)).toBeCloseTo(0.98, 6);
    expect(await detectWatermark(made, 24000)).toMatchObject({ present: 'yes', payload: PAYLOAD });
  });
});

describe('the worker', () => {
  it('reports progress and can be cancelled', async () => {
    const jobs = new DetectionJobs();
    const fractions: number[] = [];
    const running = jobs.detect('one', speechLike(30, 44100), 44100, (fraction) => {
      fractions.push(fraction);
      if (fraction > 0.2) void jobs.cancel('one');
    });
    await expect(running).rejects.toMatchObject({ name: 'cancelled' });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBeLessThan(0.5);
  });
});

describe('voiceId24', () => {
  it('fits in 24 bits and differs between voices', () => {
    const ids = ['kathleen', 'kerstin', 'nathalie', 'flemishguy', 'jm_kumo', 'joe'].map(voiceId24);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id >>> 24).toBe(0);
  });
});
