import type { MarkedFile } from '../export/marked-file';
import type { FinishedVoice } from '../services/voice-maker';

/** PUTs a marked file or a voice file, the only kinds that may leave the page, to the script's address. */
export async function sendResult(address: string, result: MarkedFile | FinishedVoice): Promise<void> {
  await fetch(address, { method: 'PUT', body: result instanceof Blob ? result : result.file });
}
