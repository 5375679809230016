import { database } from './db';
import type { VoiceRow } from './rows';

/** The object store `signers` of a transaction. */
interface Signers {
  getKey(id: string): Promise<string | undefined>;
  put(signer: string, id: string): Promise<string>;
}

/** Public key, hex, of whoever first signed a voice of this id on this device, also where the voice was deleted since. */
export async function firstSigner(id: string): Promise<string | undefined> {
  return (await database()).get('signers', id);
}

/** Keeps the signer of a voice unless one is known for its id. */
export async function pinSigner(
  signers: Signers,
  { id, signer }: Pick<VoiceRow, 'id' | 'signer'>,
): Promise<void> {
  if ((await signers.getKey(id)) === undefined) await signers.put(signer, id);
}
