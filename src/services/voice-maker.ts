import { decodeFile } from '../audio/decode';
import { isOwnVoice, type VoiceAbout, type VoiceDraft } from '../engine/voice';
import { readVoiceFile, writeVoiceFile, type VoiceFile } from '../files/voice-file';
import { DEFAULT_CONTROLS, type ConvertResult, type VoiceSummary } from '../engine/types';
import { exportTake } from '../export/export';
import { allowedUses } from '../provenance';
import { signingKey } from '../store/voices';
import { m } from '../text/messages';
import type { ConversionClient } from './conversion-client.svelte';

/** The recording that previews are converted from. */
const SAMPLE = 'sample/sample.wav';

/** A signed voice file and its parsed content. */
export interface FinishedVoice {
  file: Blob;
  voice: VoiceFile;
}

/** Description of a new voice, with a unique id. */
export function newAbout(name: string, language = '', description = ''): VoiceAbout {
  return { id: `own-${crypto.randomUUID()}`, name, language, description, createdAt: Date.now() };
}

/**
 * Completes a draft: adds a marked preview, the app's sample converted to the voice, if the record allows previews, and signs
 * the file.
 */
export async function finishVoice(
  converter: ConversionClient,
  draft: VoiceDraft,
  signal: AbortSignal,
): Promise<FinishedVoice> {
  if (!isOwnVoice(draft.about.id)) throw new Error('A new voice has a published id.');
  const opened = await converter.openVoiceDraft(draft);
  const mayPreview = allowedUses(draft.sealed.record).includes('preview');
  const preview = mayPreview ? await previewOf(converter, opened, signal) : null;
  const file = new Blob([await writeVoiceFile({ ...draft, preview }, await signingKey())]);
  return { file, voice: await readVoiceFile(file) };
}

async function previewOf(converter: ConversionClient, voice: VoiceSummary, signal: AbortSignal) {
  const { id, name } = voice;
  const { samples, sampleRateHz, ...made } = await audition(converter, id, SAMPLE, signal);
  const { consent, voiceData } = made;
  const about = { voiceId: id, voiceName: name, consent, voiceData, voice, use: 'preview' as const };
  const { blob } = await exportTake(samples, sampleRateHz, 'wav', about);
  return new Uint8Array(await blob.arrayBuffer());
}

/** Converts one of the app's recordings to the voice. Needs permission for `use` only. */
export async function audition(
  converter: ConversionClient,
  voiceId: string,
  address: string,
  signal: AbortSignal,
  use: 'preview' | 'convert' = 'preview',
): Promise<ConvertResult> {
  const response = await fetch(new URL(address, document.baseURI), { signal });
  if (!response.ok) throw new Error(m.store_server_answered({ status: response.status }));
  const { samples, sampleRateHz } = await decodeFile(await response.blob(), address);
  const controls = DEFAULT_CONTROLS;
  return converter.convert({
    samples,
    sampleRateHz,
    voiceId,
    controls,
    signal,
    onProgress: () => undefined,
    use,
  });
}
