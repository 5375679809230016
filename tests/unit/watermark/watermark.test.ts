import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/dsp/arrays';
import {
  detectWatermark,
  embedWatermark,
  markSamples,
  voiceId24,
  WatermarkEmbedder,
} from '../../../src/watermark';
import { DetectionJobs } from '../../../src/watermark/jobs';
import { resample, rms, withNoise } from './detector/bending';
import { randomFrom, speechLike } from './speech-like';

const PAYLOAD = { version: 2, id24: voiceId24('kathleen') };
const speech = speechLike(8);
const marked = embedWatermark(speech, PAYLOAD);

describe('the mark', () => {
  it('is found with its payload, and not in what was not marked', async () => {
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

  it('changes little and leaves silence silent', () => {
    const difference = marked.map((x, i) => x - speech[i]!);
    expect(20 * Math.log10(rms(difference) / rms(speech))).toBeLessThan(-10);
    expect(marked.length).toBe(speech.length);
    expect(embedWatermark(new Float32Array(50000), PAYLOAD).every((x) => x === 0)).toBe(true);
    expect(embedWatermark(new Float32Array(0), PAYLOAD).length).toBe(0);
    expect(embedWatermark(speech.slice(0, 100), PAYLOAD).every(Number.isFinite)).toBe(true);
    expect(embedWatermark(speech, PAYLOAD)).toEqual(marked);
  });

  it.each([0.37, 1.1, 2.73])('is found in three seconds cut out at %f s', async (start) => {
    const from = Math.round(start * 24000);
    expect((await detectWatermark(marked.slice(from, from + 72000), 24000)).present).toBe('yes');
  });

  it.each([
    ['turned down', (x: Float32Array) => x.map((v) => 0.05 * v)],
    ['turned upside down', (x: Float32Array) => x.map((v) => -v)],
    ['under noise 20 dB below', (x: Float32Array) => withNoise(x, 20)],
  ])('is read when %s', async (_, change) => {
    expect(await detectWatermark(change(marked), 24000)).toMatchObject({
      present: 'yes',
      payload: PAYLOAD,
      payloadOk: true,
    });
  });

  it.each([16000, 44100, 48000])('is read at %i Hz', async (rate) => {
    const found = await detectWatermark(resample(marked, 24000, rate), rate);
    expect(found).toMatchObject({ present: 'yes', payload: PAYLOAD, payloadOk: true });
  });

  it('is found in eight seconds of a minute, and nowhere else there', async () => {
    const minute = speechLike(60, 24000, 5);
    minute.set(marked, 31 * 24000);
    const found = await detectWatermark(minute, 24000);
    expect(found).toMatchObject({ present: 'yes', payload: PAYLOAD });
    expect(found.ranges.length).toBe(1);
    expect(Math.abs(found.ranges[0]!.startSeconds - 31)).toBeLessThan(0.5);
    expect(Math.abs(found.ranges[0]!.endSeconds - 39)).toBeLessThan(0.5);
  });

  it('tells apart two marked stretches of a recording', async () => {
    const other = speechLike(8, 24000, 6);
    const both = concat([marked.subarray(0, 120000), other, marked.subarray(60000, 180000)]);
    const { ranges } = await detectWatermark(both, 24000);
    expect(ranges.length).toBe(2);
    expect(Math.abs(ranges[0]!.endSeconds - 5)).toBeLessThan(0.5);
    expect(Math.abs(ranges[1]!.startSeconds - 13)).toBeLessThan(0.5);
  });

  it('cannot be told from too little sound', async () => {
    expect((await detectWatermark(new Float32Array(100000), 24000)).present).toBe('cannot-say');
    expect((await detectWatermark(new Float32Array(0), 24000)).present).toBe('cannot-say');
    expect((await detectWatermark(speech.slice(0, 24000), 24000)).present).toBe('cannot-say');
  });
});

describe('a stream', () => {
  it('is marked as the whole is, however it is cut, and never held back for long', () => {
    const random = randomFrom(11);
    const embedder = new WatermarkEmbedder(PAYLOAD);
    const pieces: Float32Array[] = [];
    let given = 0;
    let got = 0;
    while (given < speech.length) {
      const piece = speech.subarray(given, given + Math.floor(3000 * random()));
      given += piece.length;
      pieces.push(embedder.push(piece).slice());
      got += pieces.at(-1)!.length;
      expect(given - got).toBeLessThanOrEqual(WatermarkEmbedder.delaySamples);
    }
    pieces.push(embedder.end().slice());
    expect(concat(pieces)).toEqual(marked);
  });

  it('comes out at the length it went in', () => {
    for (const length of [0, 1, 511, 512, 513, 1024, 5000]) {
      const embedder = new WatermarkEmbedder(PAYLOAD);
      const first = embedder.push(speech.slice(0, length));
      expect(first.length + embedder.end().length).toBe(length);
    }
  });
});

describe('marked samples', () => {
  it('are the stream as a whole, made in pieces that can be stopped', async () => {
    const fractions: number[] = [];
    const made = await markSamples(speech, PAYLOAD, { onProgress: (fraction) => fractions.push(fraction) });
    expect(made.slice()).toEqual(marked);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    const signal = AbortSignal.abort();
    await expect(markSamples(speech, PAYLOAD, { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('stay marked where their peak is limited', async () => {
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

describe('ids of voices', () => {
  it('fit in 24 bits and differ', () => {
    const ids = ['kathleen', 'kerstin', 'nathalie', 'flemishguy', 'jm_kumo', 'joe'].map(voiceId24);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id >>> 24).toBe(0);
  });
});
