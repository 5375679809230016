import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/dsp/arrays';
import { resample, resampleInChunks, Resampler, SampleRateError } from '../../../src/dsp/resample';
import { inPieces, random, rms, sine } from '../engine/helpers';

function resampled(pieces: Float32Array[], from: number, to = 16000): Float32Array {
  const resampler = new Resampler(from, to);
  return concat([...pieces.map((piece) => resampler.push(piece)), resampler.end()]);
}

describe('the resampler', () => {
  for (const rate of [8000, 11025, 16000, 22050, 24000, 44100, 47999, 48000, 96000, 192000]) {
    it(`keeps a sine in place and in size from ${rate} Hz`, () => {
      const out = resampled([sine(1000, rate, 0.5)], rate);
      const wanted = sine(1000, 16000, 0.5);
      expect(out.length).toBe(Math.ceil((Math.round(rate * 0.5) * 16000) / rate));
      const difference = out.subarray(400, 7600).map((x, i) => x - wanted[i + 400]!);
      expect(20 * Math.log10(rms(difference) / rms(wanted))).toBeLessThan(-70);
    });
  }

  it('keeps what lies above the new Nyquist frequency out', () => {
    const out = resampled([sine(8100, 48000, 0.5)], 48000);
    expect(20 * Math.log10(rms(out.subarray(400, 7600)) / rms(sine(8100, 48000, 0.5)))).toBeLessThan(-70);
  });

  it('does not depend on how the input is cut', () => {
    const next = random(7);
    const samples = Float32Array.from({ length: 20000 }, () => next() - 0.5);
    const whole = resampled([samples], 44100);
    expect(resampled(inPieces(samples, 8, 3000), 44100)).toEqual(whole);
    expect(resampled(inPieces(samples, 9, 7), 44100)).toEqual(whole);
  });

  it('gives nothing for nothing, and one sample for one', () => {
    expect(resampled([], 48000).length).toBe(0);
    expect(resampled([new Float32Array(1)], 48000).length).toBe(1);
  });

  it('refuses impossible rates', () => {
    for (const rate of [0, -1, 4000, 200000, Number.NaN, 44100.5]) {
      expect(() => new Resampler(rate, 16000)).toThrowError(expect.objectContaining({ code: 'input-rate' }));
      expect(() => new Resampler(rate, 16000)).toThrowError(SampleRateError);
    }
  });
});

describe('resampling a whole recording', () => {
  const samples = sine(440, 22050, 25.3);

  it('gives the same at once, in chunks and as a stream', async () => {
    const streamed = resampled(inPieces(samples, 8, 3000), 22050);
    const shares: number[] = [];
    const chunked = await resampleInChunks(samples, 22050, 16000, async (share) => void shares.push(share));
    expect(resample(samples, 22050, 16000)).toEqual(streamed);
    expect(chunked).toEqual(streamed);
    expect(shares).toEqual([0, 10 / 25.3, 20 / 25.3].map((share) => expect.closeTo(share, 6) as number));
  });

  it('stops where the pause rejects', async () => {
    const stop = () => Promise.reject(new Error('stop'));
    await expect(resampleInChunks(samples, 22050, 16000, stop)).rejects.toThrow('stop');
  });

  it('leaves samples of the wanted rate as they are', () => {
    expect(resample(samples, 22050, 22050)).toBe(samples);
  });
});
