import { describe, expect, it } from 'vitest';
import { ridge } from '../../../src/enrol/ridge';
import { random } from '../engine/helpers';

const [n, p, q] = [400, 5, 3];
const next = random(7);
const x = Float32Array.from({ length: n * p }, () => next() * 2 - 1);
const truth = Float32Array.from({ length: p * q }, () => next() * 4 - 2);
const y = Float32Array.from({ length: n * q }, (_, i) => {
  const row = Math.floor(i / q);
  let sum = 5;
  for (let k = 0; k < p; k++) sum += x[row * p + k]! * truth[k * q + (i % q)]!;
  return sum;
});

describe('ridge regression', () => {
  it('finds the weights of what is linear, and the means', () => {
    const { weights, meanX, meanY } = ridge(x, p, y, q, 1e-6);
    weights.forEach((weight, i) => expect(weight).toBeCloseTo(truth[i]!, 3));
    for (let k = 0; k < q; k++) {
      let offset = meanY[k]!;
      for (let i = 0; i < p; i++) offset -= meanX[i]! * weights[i * q + k]!;
      expect(offset).toBeCloseTo(5, 3);
    }
  });

  it('makes weights smaller the more they cost', () => {
    const size = (strength: number) => Math.hypot(...ridge(x, p, y, q, strength).weights);
    expect(size(1)).toBeLessThan(0.7 * size(0));
    expect(size(100)).toBeLessThan(0.05 * size(0));
  });

  it('gives no weight to what never moves', () => {
    const still = x.map((value, i) => (i % p === 2 ? 1 : value));
    const { weights } = ridge(still, p, y, q, 0.3);
    weights.subarray(2 * q, 3 * q).forEach((weight) => expect(weight).toBeCloseTo(0, 6));
    expect(weights.every(Number.isFinite)).toBe(true);
  });
});
