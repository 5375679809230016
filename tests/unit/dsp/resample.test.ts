import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/dsp/arrays';
import { resample, resampleInChunks, Resampler, SampleRateError } from '../../../src/dsp/resample';
import { inChunks, random, rms, sine } from '../engine/helpers';

function resampled(chunks: Float32Array[], fromHz: number, toHz = 16000): Float32Array {
  const resampler = new Resampler(fromHz, toHz);
  return concat([...chunks.map((chunk) => resampler.push(chunk)), resampler.end()]);
}

describe('the resampler', () => {
  for (const rate of [8000, 11025, 16000, 22050, 24000, 44100, 47999, 48000, 96000, 192000]) {
    it(`preserves the time and amplitude of a sine from ${rate} Hz`, () => {
      const out = resampled([sine(1000, rate, 0.5)], rate);
      const expected = sine(1000, 16000, 0.5);
      expect(out.length).toBe(Math.ceil((Math.round(rate * 0.5) * 16000) / rate));
      const difference = out.subarray(400, 7600).map((x, i) => x - expected[i + 400]!);
      expect(20 * Math.log10(rms(difference) / rms(expected))).toBeLessThan(-70);
    });
  }

  it('attenuates frequencies above the new Nyquist frequency', () => {
    const out = resampled([sine(8100, 48000, 0.5)], 48000);
    expect(20 * Math.log10(rms(out.subarray(400, 7600)) / rms(sine(8100, 48000, 0.5)))).toBeLessThan(-70);
  });

  it('does not depend on how the input is split', () => {
    const next = random(7);
    const samples = Float32Array.from({ length: 20000 }, () => next() - 0.5);
    const whole = resampled([samples], 44100);
    expect(resampled(inChunks(samples, 8, 3000), 44100)).toEqual(whole);
    expect(resampled(inChunks(samples, 9, 7), 44100)).toEqual(whole);
  });

  it('returns no samples for no input, and one sample for one', () => {
    expect(resampled([], 48000).length).toBe(0);
    expect(resampled([new Float32Array(1)], 48000).length).toBe(1);
  });

  it('rejects unsupported sample rates', () => {
    for (const rate of [0, -1, 4000, 200000, Number.NaN, 44100.5]) {
      expect(() => new Resampler(rate, 16000)).toThrowError(expect.objectContaining({ code: 'input-rate' }));
      expect(() => new Resampler(rate, 16000)).toThrowError(SampleRateError);
    }
  });
});

describe('resampling a whole recording', () => {
  const samples = sine(440, 22050, 25.3);

  it('returns the same in one call, in chunks and as a stream', async () => {
    const streamed = resampled(inChunks(samples, 8, 3000), 22050);
    const fractions: number[] = [];
    const chunked = await resampleInChunks(
      samples,
      22050,
      16000,
      async (fraction) => void fractions.push(fraction),
    );
    expect(resample(samples, 22050, 16000)).toEqual(streamed);
    expect(chunked).toEqual(streamed);
    expect(fractions).toEqual([0, 10 / 25.3, 20 / 25.3].map((f) => expect.closeTo(f, 6) as number));
  });

  it('stops when the pause rejects', async () => {
    const stop = () => Promise.reject(new Error('stop'));
    await expect(resampleInChunks(samples, 22050, 16000, stop)).rejects.toThrow('stop');
  });

  it('returns the same array when the rates are equal', () => {
    expect(resample(samples, 22050, 22050)).toBe(samples);
  });
});
