import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { PitchTracker } from '../../../src/engine/analysis/pitch';
import { Frontend } from '../../../src/engine/analysis/frontend';
import { medianF0Hz } from '../../../src/engine/analysis/profile';
import { Resampler } from '../../../src/dsp/resample';
import { CASES } from '../../../src/learn/cases';
import { GUIDE } from '../../../src/learn/guide';
import { guessingChance } from '../../../src/learn/guessing';
import { SITUATIONS } from '../../../src/learn/permission';
import { synthesiseVoice, analyseVoice, type PartControls } from '../../../src/learn/source-filter';
import { treat, UNTREATED } from '../../../src/learn/treatments';
import { readWav } from '../../browser/wav';

const speech = readWav(await readFile('tests/fixtures/audio/speech.wav')).slice(0, 48000);
const PLAIN: PartControls = { source: 'voice', pitchSt: 0, length: 1, filter: true };

function logMel(samples: Float32Array, rate: number): Float32Array {
  const resampler = new Resampler(rate, 16000);
  const low = Float32Array.from([...resampler.push(samples), ...resampler.end()]);
  return new Frontend().push(low).logMel;
}

function pitchOf(samples: Float32Array, rate: number): Float32Array {
  const resampler = new Resampler(rate, 16000);
  const low = Float32Array.from([...resampler.push(samples), ...resampler.end()]);
  const tracker = new PitchTracker();
  return tracker.push(low, new Frontend().push(low).loudnessDb).f0Hz;
}

const median = (samples: Float32Array, rate: number) => medianF0Hz(pitchOf(samples, rate));

/** Correlation of two log-mel spectrograms, -1..1. */
function correlation(a: Float32Array, b: Float32Array): number {
  const n = Math.min(a.length, b.length);
  const mean = (x: Float32Array) => x.subarray(0, n).reduce((sum, v) => sum + v, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

describe('source-filter analysis', () => {
  const parts = analyseVoice(speech, 16000);

  it('resynthesises the voice when nothing is changed', () => {
    const same = synthesiseVoice(parts, PLAIN);
    expect(Math.abs(same.length / 24000 - parts.seconds)).toBeLessThan(0.1);
    expect(correlation(logMel(speech, 16000), logMel(same, 24000))).toBeGreaterThan(0.85);
  });

  it('changes pitch, filter and source independently', () => {
    const octave = synthesiseVoice(parts, { ...PLAIN, pitchSt: 12 });
    expect(median(octave, 24000) / parts.medianF0Hz).toBeCloseTo(2, 1);
    const giant = synthesiseVoice(parts, { ...PLAIN, length: 1.3 });
    expect(median(giant, 24000) / parts.medianF0Hz).toBeCloseTo(1, 1);
    const plain = logMel(synthesiseVoice(parts, PLAIN), 24000);
    const correlationOf = (change: Partial<PartControls>) =>
      correlation(plain, logMel(synthesiseVoice(parts, { ...PLAIN, ...change }), 24000));
    expect(correlationOf({ length: 1.3 })).toBeLessThan(correlationOf({ length: 1.02 }));
    expect(correlationOf({ filter: false })).toBeLessThan(correlationOf({ source: 'whisper' }));
    const voicedFrames = (change: Partial<PartControls>) =>
      pitchOf(synthesiseVoice(parts, { ...PLAIN, ...change }), 24000).filter((hz) => hz > 0).length;
    expect(voicedFrames({ source: 'whisper' })).toBeLessThan(voicedFrames({}) / 5);
  });
});

describe('treatments', () => {
  it('have the named effect', () => {
    const sound = speech.slice(0, 48000);
    expect(treat(sound, 24000, UNTREATED)).toEqual(sound);
    expect(treat(sound, 24000, { ...UNTREATED, cut: 50 }).length).toBe(24000);
    expect(treat(sound, 24000, { ...UNTREATED, speed: 80 }).length).toBeCloseTo(60000, -2);
    const noise = treat(sound, 24000, { ...UNTREATED, noise: 50 }).map((x, i) => x - sound[i]!);
    const power = (x: Float32Array) => x.reduce((sum, v) => sum + v * v, 0);
    expect(10 * Math.log10(power(noise) / power(sound))).toBeCloseTo(0, 0);
    const tone = Float32Array.from({ length: 24000 }, (_, i) => Math.sin((2 * Math.PI * 4000 * i) / 24000));
    expect(power(treat(tone, 24000, { ...UNTREATED, lowPass: 2000 })) / power(tone)).toBeLessThan(0.01);
    expect(treat(sound, 24000, { ...UNTREATED, echo: 50 }).length).toBeGreaterThan(48000);
  });
});

describe('the score', () => {
  it('is compared with the probability of guessing', () => {
    expect(guessingChance(0, 5)).toBe(1);
    expect(guessingChance(1, 1)).toBe(0.5);
    expect(guessingChance(7, 10)).toBeCloseTo(0.171875, 10);
    expect(guessingChance(10, 10)).toBeCloseTo(1 / 1024, 10);
  });
});

describe('the texts', () => {
  it('have five lessons in the guide, a linked source for every case, and points for every situation', () => {
    expect(GUIDE).toHaveLength(5);
    expect(CASES.length).toBeGreaterThanOrEqual(6);
    for (const { id, year, sources } of CASES) {
      expect(sources.filter(({ url }) => url?.startsWith('https://')).length, id).toBeGreaterThan(0);
      for (const { date } of sources) expect(Number(date.slice(0, 4)), date).toBe(year);
      for (const { date } of sources) expect(new Date(date).toISOString().slice(0, 10)).toBe(date);
    }
    for (const { points } of SITUATIONS) expect(points.length).toBeGreaterThanOrEqual(3);
  });
});
