import { decodeFile } from '../audio/decode';
import { isOwnVoice } from '../engine/voice';
import type { VoiceAbout } from '../files/voice-file';
import { DEFAULT_CONTROLS, type ConvertResult } from '../engine/types';
import { exportTake } from '../export/export';
import { addPreview } from '../store/voices';
import type { ConversionClient } from './conversion-client.svelte';

/** The sentence that previews are made of. */
const SAMPLE = 'sample/sample.wav';

/** What a new voice says of itself, with an id that no other voice has. */
export function newAbout(name: string, language = '', description = ''): VoiceAbout {
  return { id: `own-${crypto.randomUUID()}`, name, language, description, createdAt: Date.now() };
}

/** Puts a preview into a voice file that was just made: the app's own sample in the new voice, marked. */
export async function finishVoice(
  converter: ConversionClient,
  file: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const voice = await converter.openVoiceFile(file.slice().buffer);
  if (!isOwnVoice(voice.id)) throw new Error('A new voice has a published id.');
  const { samples, sampleRateHz, consent } = await audition(converter, voice.id, SAMPLE, signal);
  const about = { voiceId: voice.id, voiceName: voice.name, consent, use: 'preview' as const };
  const { blob } = await exportTake(samples, sampleRateHz, 'wav', about);
  return addPreview(file, blob);
}

/** A recording of the app's own in the voice; needs no more than the leave to listen. */
export async function audition(
  converter: ConversionClient,
  voiceId: string,
  address: string,
  signal: AbortSignal,
): Promise<ConvertResult> {
  const response = await fetch(new URL(address, document.baseURI), { signal });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { samples, sampleRateHz } = await decodeFile(await response.blob(), address);
  const controls = DEFAULT_CONTROLS;
  return converter.convert({
    samples,
    sampleRateHz,
    voiceId,
    controls,
    signal,
    onProgress: () => undefined,
    use: 'preview',
  });
}
