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
export async function sealOf({ takeId, outputId, output, samples }: StoredOutput): Promise<string> {
  const { voiceId, voiceName, consent = null, sampleRateHz } = output;
  return hmac({
    ...{ version: 1, takeId, outputId, voiceId, voiceName, sampleRateHz },
    consent: consent as unknown as Canonical,
    samples: await sha256Of(Float32Array.from(samples).buffer),
  });
}

export async function isSealed(stored: StoredOutput): Promise<boolean> {
  const { seal } = stored.output;
  return seal !== undefined && seal === (await sealOf(stored));
}

/** The output of a draft, to which samples are still added. */
export interface DraftOutput {
  draftId: string;
  samplesId: string;
  about: Omit<OutputRow, 'seconds' | 'seal'>;
}

/** Seal of a draft's output before its first samples: HMAC-SHA-256 of the draft, the samples id, the voice and its record. */
export async function firstDraftSeal({ draftId, samplesId, about }: DraftOutput): Promise<string> {
  const { voiceId, voiceName, consent = null, sampleRateHz } = about;
  return hmac({
    ...{ version: 1, draftId, samplesId, voiceId, voiceName, sampleRateHz },
    consent: consent as unknown as Canonical,
  });
}

/** Seal after one more part: HMAC-SHA-256 of the seal before it and the part, so that a part cannot be exchanged. */
export async function nextDraftSeal(before: string, part: ArrayBuffer): Promise<string> {
  return hmac({ before, part: await sha256Of(part) });
}

/** `parts`: as they were stored. */
export async function isDraftSealed(
  output: DraftOutput,
  parts: Iterable<ArrayBuffer>,
  seal: string,
): Promise<boolean> {
  let expected = await firstDraftSeal(output);
  for (const part of parts) expected = await nextDraftSeal(expected, part);
  return seal === expected;
}

async function hmac(value: Canonical): Promise<string> {
  const key = await takesKey();
  return hexOf(new Uint8Array(await crypto.subtle.sign(HMAC.name, key, canonicalBytes(value))));
}

function takesKey(): Promise<CryptoKey> {
  return deviceKey('takes', () => crypto.subtle.generateKey(HMAC, false, ['sign', 'verify']));
}
