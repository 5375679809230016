import { expect, it } from 'vitest';
import { concat } from '../../../src/dsp/arrays';
import { RunningLimiter } from '../../../src/dsp/running-limiter';

const FADE = 240;
const tone = (samples: number, amplitude: number, from = 0) =>
  Float32Array.from({ length: samples }, (_, i) => amplitude * Math.sin((from + i) / 20));

function limit(blocks: Float32Array[]): Float32Array[] {
  const limiter = new RunningLimiter(FADE);
  return [...blocks.map((block) => limiter.push(block)), limiter.end()];
}

it('what is quiet enough is passed as it is, late by the fade', () => {
  const blocks = [tone(1000, 0.9), tone(500, 0.5, 1000), tone(100, 0.5, 1500), tone(2000, 0.97, 1600)];
  const out = limit(blocks);
  expect(out.map(({ length }) => length)).toEqual([760, 500 + 240 - 240, 100 + 240 - 100, 100 + 1760, 240]);
  expect(concat(out)).toEqual(concat(blocks));
});

it('no peak exceeds 0.98, the gain only falls, and never by a step', () => {
  const blocks = [tone(3000, 0.5), tone(3000, 2, 3000), tone(3000, 0.5, 6000), tone(3000, 3, 9000)];
  const [input, output] = [concat(blocks), concat(limit(blocks))];
  expect(output.length).toBe(input.length);
  expect(output.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeLessThanOrEqual(0.98 + 1e-6);
  const gains = [...output]
    .map((x, i) => ({ gain: x / input[i]!, is: Math.abs(input[i]!) > 0.05 }))
    .filter(({ is }) => is)
    .map(({ gain }) => gain);
  const steps = gains.slice(1).map((gain, i) => gains[i]! - gain);
  expect(Math.min(...steps)).toBeGreaterThan(-1e-5);
  expect(Math.max(...steps)).toBeLessThan(0.02);
  expect(gains[0]).toBeCloseTo(1, 5);
  expect(gains.at(-1)).toBeCloseTo(0.98 / 3, 3);
});
