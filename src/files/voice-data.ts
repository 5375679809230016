import type { VoiceData } from '../engine/voice';
import { sha256Of } from './hash';

/**
 * sha256 of each of the arrays that make a voice sound as it does: embedding, codebook and timbre. They are the same under
 * another id, name, key or consent record. Arrays of one value are left out, since they tell no voice from another.
 */
export async function dataHashes({ embedding, codebook, timbre }: VoiceData): Promise<string[]> {
  const telling = [embedding, codebook, timbre].filter((values) =>
    values.some((value) => value !== values[0]),
  );
  return Promise.all(telling.map((values) => sha256Of(Float32Array.from(values).buffer)));
}
