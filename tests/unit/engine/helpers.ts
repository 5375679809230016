import { seededRandom as random } from '../../../src/dsp/random';

export { random };

/** Splits `samples` into chunks of 1..`largest` samples, at random. */
export function inChunks(samples: Float32Array, seed: number, largest: number): Float32Array[] {
  const next = random(seed);
  const chunks: Float32Array[] = [];
  for (let i = 0; i < samples.length;) {
    const size = 1 + Math.floor(next() * largest);
    chunks.push(samples.slice(i, i + size));
    i += size;
  }
  return chunks;
}

export function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / Math.max(1, samples.length));
}

export function sine(hz: number, rateHz: number, seconds: number, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length: Math.round(rateHz * seconds) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rateHz),
  );
}
