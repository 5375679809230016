import type { MarkedFile } from '../export/marked-file';

/** PUTs what may leave the page, a marked file or a voice file, to the script that asked for it. */
export async function give(address: string, file: MarkedFile | Uint8Array<ArrayBuffer>): Promise<void> {
  await fetch(address, { method: 'PUT', body: file });
}
