import { describe, expect, it } from 'vitest';
import { Resampler } from '../../../src/engine/resample';
import { detectWatermark, embedWatermark, voiceId24 } from '../../../src/watermark';
import { CODED_BITS, decodePayload, encodePayload } from '../../../src/watermark/code';
import { detectWatermark as detectWith } from '../../../src/watermark/detect';
import { DetectionJobs } from '../../../src/watermark/jobs';
import { makePattern } from '../../../src/watermark/pattern';
import { chanceOf } from '../../../src/watermark/search';
import { randomFrom, speechLike } from './speech-like';

const PAYLOAD = { version: 1, id24: voiceId24('kathleen') };
const speech = speechLike(8);
const marked = embedWatermark(speech, PAYLOAD);

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}

function resample(samples: Float32Array, from: number, to: number): Float32Array {
  const resampler = new Resampler(from, to);
  return Float32Array.from([...resampler.push(samples), ...resampler.end()]);
}

describe('the payload code', () => {
  it('gives back what went in', () => {
    for (const payload of [PAYLOAD, { version: 0, id24: 0 }, { version: 15, id24: 0xffffff }]) {
      const soft = Float64Array.from(encodePayload(payload));
      expect(soft.length).toBe(CODED_BITS);
      expect(decodePayload(soft)).toEqual({ payload, payloadOk: true });
    }
  });

  it('corrects errors, and knows when there were too many', () => {
    const random = randomFrom(7);
    const noisy = (level: number) =>
      Float64Array.from(
        encodePayload(PAYLOAD),
        (sign) => sign + level * (random() + random() + random() - 1.5) * 2,
      );
    expect(decodePayload(noisy(1))).toEqual({ payload: PAYLOAD, payloadOk: true });
    const passed = Array.from({ length: 400 }, () => decodePayload(noisy(50))).filter(
      (each) => each.payloadOk,
    );
    // One in 4096 noises passes a checksum of 12 bits.
    expect(passed.length).toBeLessThanOrEqual(3);
  });
});

describe('the mark', () => {
  it('is found with its payload, and not in what was not marked', async () => {
    expect(await detectWatermark(marked, 24000)).toMatchObject({
      present: 'yes',
      payload: PAYLOAD,
      payloadOk: true,
    });
    expect(await detectWatermark(speech, 24000)).toMatchObject({
      present: 'no',
      payload: null,
      payloadOk: false,
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
    ['under noise 20 dB below', (x: Float32Array) => noisy(x, 20)],
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

  it('is found in eight seconds of a minute', async () => {
    const minute = speechLike(60, 24000, 5);
    minute.set(marked, 31 * 24000);
    expect(await detectWatermark(minute, 24000)).toMatchObject({ present: 'yes', payload: PAYLOAD });
  });

  it('cannot be told from too little sound', async () => {
    expect((await detectWatermark(new Float32Array(100000), 24000)).present).toBe('cannot-say');
    expect((await detectWatermark(new Float32Array(0), 24000)).present).toBe('cannot-say');
    expect((await detectWatermark(speech.slice(0, 24000), 24000)).present).toBe('cannot-say');
  });
});

describe('false alarms', () => {
  it('are as rare as the p-value says, over 200 decoys', async () => {
    const short = speechLike(4, 24000, 9);
    const values: number[] = [];
    for (let key = 1; key <= 100; key++) {
      values.push((await detectWith(short, 24000, { pattern: makePattern(key) })).pValue);
      values.push(
        (await detectWith(marked.slice(0, 72000), 24000, { pattern: makePattern(1000 + key) })).pValue,
      );
    }
    for (const p of [0.3, 0.1, 0.03]) {
      const share = values.filter((value) => value <= p).length / values.length;
      // Three deviations of a count above what the p-value allows.
      expect(share).toBeLessThanOrEqual(p + 3 * Math.sqrt((p * (1 - p)) / values.length));
    }
  });

  it('bounds the chance by Hoeffding', () => {
    expect(chanceOf(0, 1)).toBe(1);
    expect(chanceOf(7, 240)).toBeCloseTo(240 * Math.exp(-24.5), 12);
    expect(chanceOf(-3, 5)).toBe(1);
  });
});

describe('the worker', () => {
  it('reports progress and can be cancelled', async () => {
    const jobs = new DetectionJobs();
    const fractions: number[] = [];
    const running = jobs.detect('one', speechLike(30), 24000, (fraction) => {
      fractions.push(fraction);
      if (fraction > 0.2) void jobs.cancel('one');
    });
    await expect(running).rejects.toMatchObject({ name: 'cancelled' });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  });
});

describe('ids of voices', () => {
  it('fit in 24 bits and differ', () => {
    const ids = ['kathleen', 'kerstin', 'nathalie', 'flemishguy', 'jm_kumo', 'joe'].map(voiceId24);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id >>> 24).toBe(0);
  });
});

function noisy(samples: Float32Array, snrDb: number): Float32Array {
  const random = randomFrom(3);
  const scale = rms(samples) * 10 ** (-snrDb / 20) * Math.sqrt(12);
  return samples.map((x) => x + scale * (random() - 0.5));
}
