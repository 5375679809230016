import type { IDBPDatabase } from 'idb';
import { hexOf, sha256Of } from '../../files/hash';
import { canonicalBytes, type Canonical } from '../../provenance';
import { readSamples } from '../chunks';
import { deviceKey } from '../device-keys';
import type { OutputRow, TakeRow } from '../rows';
import type { Schema } from '../schema';

const HMAC: HmacKeyGenParams = { name: 'HMAC', hash: 'SHA-256' };

/** A conversion as it is stored: its take, the id of its samples, its row and the samples themselves. */
export interface StoredOutput {
  takeId: string;
  outputId: string;
  output: OutputRow;
  samples: Float32Array;
}

/** The conversion of a take; undefined if it has none. Rejects with `damaged` where samples are missing. */
export async function storedOutput(
  db: IDBPDatabase<Schema>,
  { id, name, output, outputId }: TakeRow,
): Promise<StoredOutput | undefined> {
  if (!output) return undefined;
  const length = Math.round(output.seconds * output.sampleRateHz);
  const samples = await readSamples(db, outputId ?? '', length, name);
  return { takeId: id, outputId: outputId!, output, samples };
}

/**
 * HMAC-SHA-256, in hex, of what an export depends on: take, samples, voice and consent record. Its key never leaves this
 * browser, so a row that was edited, or that names other samples, does not verify.
 */
export async function sealOf(
  db: IDBPDatabase<Schema>,
  { takeId, outputId, output, samples }: StoredOutput,
): Promise<string> {
  const hash = await sha256Of(Float32Array.from(samples).buffer);
  return hmac(await takesKey(db), { takeId, outputId, ...claimsOf(output), samples: hash });
}

export async function isSealed(db: IDBPDatabase<Schema>, stored: StoredOutput): Promise<boolean> {
  const { seal } = stored.output;
  return seal !== undefined && seal === (await sealOf(db, stored));
}

/** The output of a draft, to which samples are still added. */
export interface DraftOutput {
  draftId: string;
  samplesId: string;
  about: Omit<OutputRow, 'seconds' | 'seal'>;
}

/**
 * Seal of a draft's output after `parts`: HMAC-SHA-256 of the draft, the samples id, the voice and its record, then for each part
 * of the seal before it and the part, so that no part can be exchanged.
 *
 * `before`: the seal without these parts; without it `parts` are the first.
 */
export async function draftSeal(
  db: IDBPDatabase<Schema>,
  { draftId, samplesId, about }: DraftOutput,
  parts: readonly ArrayBuffer[],
  before?: string,
): Promise<string> {
  const key = await takesKey(db);
  let seal = before ?? (await hmac(key, { draftId, samplesId, ...claimsOf(about) }));
  for (const part of parts) seal = await hmac(key, { before: seal, part: await sha256Of(part) });
  return seal;
}

function claimsOf({ voiceId, voiceName, sampleRateHz, consent, voiceData }: DraftOutput['about']) {
  return {
    version: 1,
    voiceId,
    voiceName,
    sampleRateHz,
    consent: (consent ?? null) as unknown as Canonical,
    // Left out where there are none, so that the seals of earlier versions stay valid.
    ...(voiceData && { voiceData }),
  };
}

async function hmac(key: CryptoKey, value: Canonical): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.sign(HMAC.name, key, canonicalBytes(value))));
}

function takesKey(db: IDBPDatabase<Schema>): Promise<CryptoKey> {
  return deviceKey(db, 'takes', () => crypto.subtle.generateKey(HMAC, false, ['sign', 'verify']));
}
