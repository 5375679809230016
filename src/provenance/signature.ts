import { m } from '../text/messages';
import { ConsentError } from './errors';

const ALGORITHM = 'Ed25519';

export interface SigningKey {
  /** Not extractable, so it cannot leave the browser that created it. */
  privateKey: CryptoKey;
  /** [32]. */
  publicKey: Uint8Array<ArrayBuffer>;
}

/** Creates an Ed25519 key (RFC 8032). Rejects with `signature-failed` if the browser does not support it. */
export async function createSigningKey(): Promise<SigningKey> {
  try {
    const pair = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
    return { privateKey: pair.privateKey, publicKey };
  } catch (cause) {
    throw new ConsentError('signature-failed', m.provenance_no_signing(), { cause });
  }
}

/** The Ed25519 signature [64] of `bytes`. */
export async function sign(
  bytes: Uint8Array<ArrayBuffer>,
  { privateKey }: SigningKey,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, bytes));
}

/** Whether `signature` is that of `publicKey` for these bytes; false too if either is malformed. */
export async function verify(
  bytes: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  publicKey: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, ALGORITHM, false, ['verify']);
    return await crypto.subtle.verify(ALGORITHM, key, signature, bytes);
  } catch {
    return false;
  }
}
