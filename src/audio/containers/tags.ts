import { id3Bytes, startsWith } from '../sniff';
import { viewOf } from './blob-reader';

const ID3V1_BYTES = 128;
/** Bytes by which any tag is known. */
export const TAG_HEADER_BYTES = 32;

/** Size of the ID3 or APE tag that begins here, 0 without one. */
export function tagBytes(head: Uint8Array): number {
  if (startsWith(head, 'TAG')) return ID3V1_BYTES;
  if (startsWith(head, 'APETAGEX') && head.length === TAG_HEADER_BYTES)
    return TAG_HEADER_BYTES + viewOf(head).getUint32(12, true);
  return id3Bytes(head);
}
