import { describe, expect, it } from 'vitest';
import { findChirp, makeChirp } from '../../../src/realtime/session/chirp';
import { noiseAt } from '../../../src/engine/synthesis/excitation';

const RATE_HZ = 48_000;

/** A chirp after `delay` samples, in noise, with two reflections. */
function room(delay: number, level: number, noise: number): Float32Array {
  const out = Float32Array.from({ length: RATE_HZ }, (_, i) => noise * noiseAt(i));
  makeChirp(RATE_HZ).forEach((x, i) => {
    out[delay + i]! += level * x;
    out[delay + 400 + i]! += 0.4 * level * x;
    out[delay + 1900 + i]! -= 0.3 * level * x;
  });
  return out;
}

describe('the chirp', () => {
  it.each([0, 1234, 20_000])('is detected exactly, after %i samples', (delay) => {
    expect(findChirp(room(delay, 0.2, 0.001), makeChirp(RATE_HZ))).toBe(delay);
  });

  it('is detected at 0 dB SNR and with inverted polarity', () => {
    expect(findChirp(room(5000, 0.05, 0.02), makeChirp(RATE_HZ))).toBe(5000);
    expect(findChirp(room(5000, -0.2, 0.001), makeChirp(RATE_HZ))).toBe(5000);
  });

  it('is not detected in noise', () => {
    expect(findChirp(room(5000, 0, 0.1), makeChirp(RATE_HZ))).toBeNull();
    expect(findChirp(new Float32Array(RATE_HZ), makeChirp(RATE_HZ))).toBeNull();
  });
});
