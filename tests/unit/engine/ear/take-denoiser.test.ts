import { describe, expect, it } from 'vitest';
import { TakeDenoiser } from '../../../../src/engine/ear/take-denoiser';
import { fakeEar } from './fake-ear';

/** A tone of 300 Hz that swells. */
function tone(rateHz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rateHz * seconds) }, (_, i) => {
    const t = i / rateHz;
    return 0.3 * Math.sin(2 * Math.PI * 300 * t) * (0.5 + 0.5 * Math.sin(2 * Math.PI * 0.7 * t));
  });
}

describe('a take without its noise', () => {
  for (const rateHz of [8000, 16000, 44100, 48000]) {
    it(`is at 16 kHz, as long as the take, and joined without a seam, from ${rateHz} Hz`, async () => {
      const take = new TakeDenoiser(fakeEar(), { samples: tone(rateHz, 27.3), sampleRateHz: rateHz });
      const denoised = await take.run(async () => undefined);
      const expected = tone(16000, 27.3);
      expect(take.windows.length).toBeGreaterThan(2);
      expect(denoised.length).toBe(expected.length);
      // The network here changes nothing; resampling at either end of the take does.
      const worst = denoised
        .subarray(100, denoised.length - 100)
        .reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i + 100]!)), 0);
      expect(worst).toBeLessThan(2e-3);
    });
  }

  it('takes less than a second too', async () => {
    const samples = tone(48000, 0.3);
    const denoised = await new TakeDenoiser(fakeEar(), { samples, sampleRateHz: 48000 }).run(
      async () => undefined,
    );
    expect(denoised.length).toBe(4800);
  });

  it('can be cancelled between windows', async () => {
    let runs = 0;
    const ear = fakeEar(undefined, () => runs++);
    const take = new TakeDenoiser(ear, { samples: tone(16000, 60), sampleRateHz: 16000 });
    const cancelled = take.run(async (done) => {
      if (done === 2) throw new Error('cancelled');
    });
    await expect(cancelled).rejects.toThrow('cancelled');
    expect(runs).toBe(2);
  });
});
