import { hexOf, sha256Of } from '../files/hash';
import { canonicalBytes, type Canonical } from '../provenance';
import { deviceKey } from './device-keys';
import type { OutputRow } from './rows';

const HMAC: HmacKeyGenParams = { name: 'HMAC', hash: 'SHA-256' };

/** A conversion as it is stored: its take, the id of its samples, its row and the samples themselves. */
export interface StoredOutput {
  takeId: string;
  outputId: string;
  output: OutputRow;
  samples: Float32Array;
}

/**
 * HMAC-SHA-256, in hex, of what an export depends on: take, samples, voice and consent record. Its key never leaves this
 * browser, so a row that was edited, or that names other samples, does not verify.
 */
export async function sealOf(stored: StoredOutput): Promise<string> {
  const [key, bytes] = [await takesKey(), await sealedBytes(stored)];
  return hexOf(new Uint8Array(await crypto.subtle.sign(HMAC.name, key, bytes)));
}

export async function isSealed(stored: StoredOutput): Promise<boolean> {
  const { seal } = stored.output;
  return seal !== undefined && seal === (await sealOf(stored));
}

function takesKey(): Promise<CryptoKey> {
  return deviceKey('takes', () => crypto.subtle.generateKey(HMAC, false, ['sign', 'verify']));
}

async function sealedBytes({ takeId, outputId, output, samples }: StoredOutput) {
  const { voiceId, voiceName, consent = null, sampleRateHz } = output;
  return canonicalBytes({
    ...{ version: 1, takeId, outputId, voiceId, voiceName, sampleRateHz },
    consent: consent as unknown as Canonical,
    samples: await sha256Of(Float32Array.from(samples).buffer),
  });
}
