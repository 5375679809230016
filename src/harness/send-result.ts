import type { MarkedFile } from '../export/marked-file';
import type { FinishedVoice } from '../services/voice-maker';

/** PUTs what may leave the page, a marked file or a voice file, to the script that asked for it. */
export async function sendResult(address: string, made: MarkedFile | FinishedVoice): Promise<void> {
  await fetch(address, { method: 'PUT', body: made instanceof Blob ? made : made.file });
}
