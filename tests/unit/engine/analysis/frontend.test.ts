import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { concat } from '../../../../src/dsp/arrays';
import { Frontend } from '../../../../src/engine/analysis/frontend';
import { PitchTracker } from '../../../../src/engine/analysis/pitch';
import { medianF0Hz } from '../../../../src/engine/analysis/profile';
import type { SourceProfile } from '../../../../src/engine/types';
import { inChunks, random, sine } from '../helpers';

interface Fixture {
  samples: string;
  logMel: number[][];
  loudnessDb: number[];
  f0Hz: number[];
  voiced: number[];
  /** Median F0 of a speaker so much lower that the register changes the result. */
  elsewhereHz: number;
  levelDb: number;
  f0HzElsewhere: number[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../fixtures/frontend.json', import.meta.url), 'utf8'),
) as Fixture;

function fixtureSamples(): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(fixture.samples, 'base64'));
  return Float32Array.from(new Int16Array(bytes.buffer), (v) => v / 32768);
}

function analyse(chunks: Float32Array[], speaker?: SourceProfile) {
  const frontend = new Frontend();
  const tracker = new PitchTracker(speaker);
  const logMel: Float32Array[] = [];
  const loudnessDb: Float32Array[] = [];
  const f0Hz: Float32Array[] = [];
  const voiced: Float32Array[] = [];
  const unbiasedF0Hz: Float32Array[] = [];
  for (const chunk of chunks) {
    const spectrum = frontend.push(chunk);
    const pitch = tracker.push(chunk, spectrum.loudnessDb);
    logMel.push(spectrum.logMel);
    loudnessDb.push(spectrum.loudnessDb);
    f0Hz.push(pitch.f0Hz);
    voiced.push(pitch.voiced);
    unbiasedF0Hz.push(pitch.unbiasedF0Hz);
  }
  const rest = tracker.end();
  f0Hz.push(rest.f0Hz);
  voiced.push(rest.voiced);
  unbiasedF0Hz.push(rest.unbiasedF0Hz);
  return {
    logMel: concat(logMel),
    loudnessDb: concat(loudnessDb),
    f0Hz: concat(f0Hz),
    voiced: concat(voiced),
    unbiasedF0Hz: concat(unbiasedF0Hz),
  };
}

function expectClose(actual: Float32Array, expected: number[], tolerance: number) {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

describe('the analysis', () => {
  for (const seed of [0, 1, 2]) {
    it(`equals the reference on speech, split with seed ${seed}`, () => {
      const samples = fixtureSamples();
      const found = analyse(seed === 0 ? [samples] : inChunks(samples, seed, 1000));
      expectClose(found.logMel, fixture.logMel.flat(), 1e-3);
      expectClose(found.loudnessDb, fixture.loudnessDb, 1e-3);
      expectClose(found.voiced, fixture.voiced, 0);
      expectClose(found.f0Hz, fixture.f0Hz, 1e-3);
    });
  }

  it('equals the reference for a given register, and the unbiased F0 does not depend on it', () => {
    const speaker = { medianF0Hz: fixture.elsewhereHz, speechLevelDb: fixture.levelDb };
    const { f0Hz, unbiasedF0Hz } = analyse(inChunks(fixtureSamples(), 3, 1000), speaker);
    expectClose(f0Hz, fixture.f0HzElsewhere, 1e-3);
    expectClose(unbiasedF0Hz, fixture.f0Hz, 1e-3);
    expect(f0Hz).not.toEqual(unbiasedF0Hz);
  });

  it('tracks fewer frames of breath as voiced far from the register, and still tracks a clear high note', () => {
    const tracked = (samples: Float32Array, medianF0Hz: number) =>
      new PitchTracker({ medianF0Hz, speechLevelDb: -20 }).push(
        samples,
        new Frontend().push(samples).loudnessDb,
      );
    const next = random(5);
    const breath = new Float32Array(48000);
    for (let i = 2; i < breath.length; i++)
      breath[i] = 1.8 * breath[i - 1]! - 0.9 * breath[i - 2]! + 0.01 * (next() - 0.5);
    const { f0Hz, unbiasedF0Hz } = tracked(breath, 100);
    const astray = (hz: Float32Array) => hz.filter((each) => each > 200).length;
    expect(astray(unbiasedF0Hz)).toBeGreaterThan(30);
    expect(astray(f0Hz)).toBeLessThan(astray(unbiasedF0Hz) / 4);
    expect(medianF0Hz(tracked(sine(400, 16000, 1), 200).f0Hz)).toBeCloseTo(400, -1);
  });

  it('reports digital silence as unvoiced at -80 dB', () => {
    const found = analyse([new Float32Array(8000)]);
    expect(found.voiced.every((v) => v === 0)).toBe(true);
    expect(found.loudnessDb.every((v) => Math.abs(v + 80) < 1e-4)).toBe(true);
  });
});
