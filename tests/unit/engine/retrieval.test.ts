import { describe, expect, it } from 'vitest';
import { Retrieval } from '../../../src/engine/retrieval';
import { blendTexture } from '../../../src/engine/texture';
import { fakeVoice } from './fake-networks';
import { random } from './helpers';

describe('retrieval', () => {
  it('mixes a code with the mean of its four nearest codes by cosine, and returns their mean timbre', () => {
    const next = random(9);
    const codebook = Float32Array.from({ length: 512 * 128 }, () => next() - 0.5);
    const code = Float32Array.from({ length: 128 }, () => next() - 0.5);
    const row = (r: number) => codebook.subarray(r * 128, r * 128 + 128);
    const cosine = (r: number) => {
      const dot = row(r).reduce((sum, x, i) => sum + x * code[i]!, 0);
      return dot / Math.hypot(...row(r));
    };
    const nearest = Array.from({ length: 512 }, (_, r) => r)
      .sort((a, b) => cosine(b) - cosine(a))
      .slice(0, 4);
    const expected = code.map(
      (x, i) => 0.7 * x + (0.3 * nearest.reduce((sum, r) => sum + row(r)[i]!, 0)) / 4,
    );
    const mixed = code.slice();
    const timbre = Float32Array.from({ length: 512 * 40 }, () => next() - 0.5);
    const found = new Retrieval(fakeVoice({ codebook, timbre, retrievalBlend: 0.3 })).apply(mixed);
    for (let i = 0; i < 128; i++) expect(mixed[i]).toBeCloseTo(expected[i]!, 5);
    expect(found.length).toBe(40);
    for (let i = 0; i < 40; i++) {
      expect(found[i]).toBeCloseTo(nearest.reduce((sum, r) => sum + timbre[r * 40 + i]!, 0) / 4, 5);
    }
  });
});

describe('the texture of the source', () => {
  const next = random(4);
  const logMel = Float32Array.from({ length: 4 * 80 }, () => next());
  const timbre = Float32Array.from({ length: 2 * 40 }, () => next());
  const loudnessDb = new Float32Array([-20, -23, -26, -29]);
  /** Mean of group `g` in frame `t`, less the loudness. */
  const textureOf = (bands: Float32Array, t: number, g: number) =>
    bands.subarray(t * 80 + g * 16, t * 80 + g * 16 + 16).reduce((sum, x) => sum + x, 0) / 16 -
    (loudnessDb[t]! * Math.LN10) / 10;

  it('moves towards the timbre of its code by the blend, and keeps its shape within a group', () => {
    const moved = logMel.slice();
    blendTexture(moved, loudnessDb, timbre, 0.25);
    for (let t = 0; t < 4; t++) {
      for (let g = 0; g < 5; g++) {
        const row = Math.floor(t / 2) * 40 + g * 8;
        const wanted = timbre.subarray(row, row + 8).reduce((sum, x) => sum + x, 0) / 8;
        const before = textureOf(logMel, t, g);
        expect(textureOf(moved, t, g)).toBeCloseTo(before + 0.25 * (wanted - before), 4);
        const first = t * 80 + g * 16;
        expect(moved[first + 5]! - moved[first]!).toBeCloseTo(logMel[first + 5]! - logMel[first]!, 5);
      }
    }
  });

  it('is not changed by a blend of 0', () => {
    const moved = logMel.slice();
    blendTexture(moved, loudnessDb, timbre, 0);
    expect(moved).toEqual(logMel);
  });
});
