import { concat } from '../../../../src/dsp/arrays';
import { Resampler } from '../../../../src/dsp/resample';
import { randomFrom } from '../speech-like';

/** Half a grain and the search range to either side, in samples at 24 kHz. */
const GRAIN = 720;
const SEARCH = 240;

export function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}

export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  const resampler = new Resampler(from, to);
  return concat([resampler.push(samples), resampler.end()]);
}

export function withNoise(samples: Float32Array, snrDb: number): Float32Array {
  const random = randomFrom(3);
  const scale = rms(samples) * 10 ** (-snrDb / 20) * Math.sqrt(12);
  return samples.map((x) => x + scale * (random() - 0.5));
}

/** Stretches to `factor` times the length at the same pitch: WSOLA (Verhelst & Roelands 1993) with grains of 60 ms. */
export function stretch(samples: Float32Array, factor: number): Float32Array {
  const output = new Float32Array(Math.round(samples.length * factor));
  let previous = 0;
  for (let at = 0; at + 2 * GRAIN < output.length; at += GRAIN) {
    const wanted = Math.round(at / factor);
    let best = wanted;
    let highest = -Infinity;
    for (let from = Math.max(0, wanted - SEARCH); at > 0 && from <= wanted + SEARCH; from += 4) {
      let sum = 0;
      for (let i = 0; i < GRAIN; i += 4)
        sum += (samples[from + i] ?? 0) * (samples[previous + GRAIN + i] ?? 0);
      if (sum > highest) {
        highest = sum;
        best = from;
      }
    }
    for (let i = 0; i < 2 * GRAIN; i++) {
      output[at + i]! += (samples[best + i] ?? 0) * Math.sin((Math.PI * i) / (2 * GRAIN)) ** 2;
    }
    previous = best;
  }
  return output;
}

/** Shifts the pitch at the same length. */
export function shiftPitch(samples: Float32Array, cents: number): Float32Array {
  const ratio = 2 ** (cents / 1200);
  return resample(stretch(samples, ratio), Math.round(24000 * ratio), 24000);
}
