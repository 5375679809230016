import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/engine/arrays';
import { Frontend } from '../../../src/engine/frontend';
import { PitchTracker } from '../../../src/engine/pitch';
import { inPieces } from './helpers';

interface Fixture {
  samples: string;
  logMel: number[][];
  loudnessDb: number[];
  f0Hz: number[];
  voiced: number[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/frontend.json', import.meta.url), 'utf8'),
) as Fixture;

function fixtureSamples(): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(fixture.samples, 'base64'));
  return Float32Array.from(new Int16Array(bytes.buffer), (v) => v / 32768);
}

function analyse(pieces: Float32Array[]) {
  const frontend = new Frontend();
  const tracker = new PitchTracker();
  const logMel: Float32Array[] = [];
  const loudnessDb: Float32Array[] = [];
  const f0Hz: Float32Array[] = [];
  const voiced: Float32Array[] = [];
  for (const piece of pieces) {
    const spectrum = frontend.push(piece);
    const pitch = tracker.push(piece, spectrum.loudnessDb);
    logMel.push(spectrum.logMel);
    loudnessDb.push(spectrum.loudnessDb);
    f0Hz.push(pitch.f0Hz);
    voiced.push(pitch.voiced);
  }
  const rest = tracker.end();
  f0Hz.push(rest.f0Hz);
  voiced.push(rest.voiced);
  return {
    logMel: concat(logMel),
    loudnessDb: concat(loudnessDb),
    f0Hz: concat(f0Hz),
    voiced: concat(voiced),
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
    it(`equals the reference on speech, cut up with seed ${seed}`, () => {
      const samples = fixtureSamples();
      const found = analyse(seed === 0 ? [samples] : inPieces(samples, seed, 1000));
      expectClose(found.logMel, fixture.logMel.flat(), 1e-3);
      expectClose(found.loudnessDb, fixture.loudnessDb, 1e-3);
      expectClose(found.voiced, fixture.voiced, 0);
      expectClose(found.f0Hz, fixture.f0Hz, 1e-3);
    });
  }

  it('calls digital silence unvoiced at -80 dB', () => {
    const found = analyse([new Float32Array(8000)]);
    expect(found.voiced.every((v) => v === 0)).toBe(true);
    expect(found.loudnessDb.every((v) => Math.abs(v + 80) < 1e-4)).toBe(true);
  });
});
