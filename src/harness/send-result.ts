import type { MarkedFile } from '../export/marked-file';
import type { FinishedVoice } from '../services/voice-maker';

/**
 * PUTs a marked file, or a voice file (its preview is marked), to the script's address. The harness sends nothing else, except
 * for live-harness.ts, which PUTs raw samples so that scripts can measure a live session.
 */
export async function sendResult(address: string, result: MarkedFile | FinishedVoice): Promise<void> {
  await fetch(address, { method: 'PUT', body: result instanceof Blob ? result : result.file });
}
