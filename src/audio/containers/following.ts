import { beginsRecording, startsWith } from '../sniff';
import type { BlobReader } from './blob-reader';
import { ADTS } from './frames/adts';
import { isRun, type FrameFormat } from './frames/frame';
import { MP3 } from './frames/mp3';
import { TAG_HEADER_BYTES, tagBytes } from './tags';

/** Of the first bytes by which a format is known. */
const HEAD_BYTES = 20;

/** What follows a recording in its file. */
export interface Rest {
  /** Size of another recording, as where two files were joined; 0 where none follows. */
  foreignBytes: number;
  /** Whether it is neither that nor tags and zeros. */
  isDamage: boolean;
}

/** `end`: of the recording. `own`: its format, or the first bytes of it. */
export async function readRest(reader: BlobReader, end: number, own?: FrameFormat | string): Promise<Rest> {
  let at = end;
  for (let isTag = true; isTag;) {
    at = await reader.find(at, 0, (bytes, i) => bytes[i] !== 0);
    const tag = tagBytes(await reader.read(at, TAG_HEADER_BYTES));
    at += tag;
    isTag = tag > 0;
  }
  if (at >= reader.size) return { foreignBytes: 0, isDamage: false };
  const head = await reader.read(at, HEAD_BYTES);
  let isForeign = beginsRecording(head) && !(typeof own === 'string' && startsWith(head, own));
  for (const format of [ADTS, MP3]) isForeign ||= format !== own && (await isRun(reader, at, format));
  return { foreignBytes: isForeign ? reader.size - at : 0, isDamage: !isForeign };
}
