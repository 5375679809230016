import { sha256Of } from '../../files/hash';
import { MAX_VOICE_FILE_BYTES, readVoiceFile } from '../../files/voice-file';
import { describeCause } from '../../engine/errors';
import { plainText, requirePermission } from '../../provenance';
import { listVoices, readVoice, revoked, saveVoice } from '../voices';
import { firstSigner } from '../signers';
import { m } from '../../text/messages';

export interface RefusedVoice {
  name: string;
  /** Message for the user. */
  why: string;
}

/**
 * Stores the voices of an exhibit's file whose records allow import. Voices that are here already are left as they are.
 *
 * `files`: base64 of `.understudy` files.
 */
export async function importEnrolledVoices(
  files: readonly string[],
): Promise<{ voices: string[]; refused: RefusedVoice[] }> {
  const voices: string[] = [];
  const refused: RefusedVoice[] = [];
  for (const [i, base64] of files.entries()) {
    let name = `#${i + 1}`;
    try {
      const file = new Blob([fromBase64(base64)]);
      const voice = await readVoiceFile(file);
      name = plainText(voice.about.name);
      requirePermission(voice.sealed, 'import', { revoked: await revoked(), data: voice.data });
      const first = await firstSigner(voice.about.id);
      if (first !== undefined && first !== voice.signer) throw otherSigner();
      if (!(await isHere(voice.about.id, file))) await saveVoice(file, voice);
      voices.push(name);
    } catch (error) {
      refused.push({ name, why: describeCause(error) });
    }
  }
  return { voices, refused };
}

/**
 * The files of the voices with these ids that are on this device and whose records allow export, in base64, and what keeps the
 * others here.
 */
export async function enrolledVoiceFiles(
  ids: readonly string[],
): Promise<{ files: string[]; refused: RefusedVoice[] }> {
  const files: string[] = [];
  const refused: RefusedVoice[] = [];
  for (const row of (await listVoices()).voices.filter(({ id }) => ids.includes(id))) {
    try {
      const file = (await readVoice(row.id))!;
      const { sealed, data } = await readVoiceFile(file);
      requirePermission(sealed, 'export', { revoked: await revoked(), data });
      files.push(toBase64(new Uint8Array(await file.arrayBuffer())));
    } catch (error) {
      refused.push({ name: row.name, why: describeCause(error) });
    }
  }
  return { files, refused };
}

async function isHere(id: string, file: Blob): Promise<boolean> {
  const stored = await readVoice(id).catch(() => undefined);
  if (stored?.size !== file.size) return false;
  return (await sha256Of(await stored.arrayBuffer())) === (await sha256Of(await file.arrayBuffer()));
}

function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  if (base64.length > (MAX_VOICE_FILE_BYTES * 4) / 3 + 4) throw new Error(m.store_voice_file_large());
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  // As many arguments as every browser takes.
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

function otherSigner(): Error {
  return new Error(m.store_voice_other_key());
}
