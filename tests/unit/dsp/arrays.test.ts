import { describe, expect, it } from 'vitest';
import { limitPeak } from '../../../src/dsp/arrays';

describe('limiting the peak', () => {
  it('scales all samples down to a peak of 0.98', () => {
    expect(limitPeak(Float32Array.of(0.5, -1.96, 0))).toEqual(Float32Array.of(0.25, -0.98, 0));
  });

  it('does not change samples with a lower peak', () => {
    expect(limitPeak(Float32Array.of(0.5, -0.9))).toEqual(Float32Array.of(0.5, -0.9));
  });
});
