import type { ConversionClient } from '../services/conversion-client.svelte';
import { audition, type FinishedVoice } from '../services/voice-maker';
import type { ConvertResult } from '../engine/types';
import { allowedUses } from '../provenance';
import { readVoiceFile } from '../files/voice-file';
import { deleteMade, readMade, saveMade } from '../store/enrolments';
import { AUDITIONS } from '../ui/transcript/built-in-sounds';

/** A finished voice that the user has not kept yet. It is stored with its enrolment, so that closing the tab does not lose it. */
export class MadeVoice {
  finished = $state.raw<FinishedVoice | null>(null);
  /** Whether it survives the end of this tab. */
  isStored = $state(false);

  constructor(private readonly converter: ConversionClient) {}

  /** Rejects with `quota`; then it is there in this tab alone. */
  async set(enrolmentId: string, finished: FinishedVoice): Promise<void> {
    this.finished = finished;
    this.isStored = false;
    await saveMade(enrolmentId, finished.file);
    this.isStored = true;
  }

  /** Shows the stored one, if there is one, and loads it for auditions. */
  async load(enrolmentId: string): Promise<void> {
    const file = await readMade(enrolmentId);
    if (!file) return;
    const voice = await readVoiceFile(file);
    await this.converter.openVoiceFile(await file.arrayBuffer());
    this.finished = { file, voice };
    this.isStored = true;
  }

  async drop(enrolmentId: string): Promise<void> {
    this.finished = null;
    await deleteMade(enrolmentId);
  }

  /** One of AUDITIONS converted to it. A voice that may not be previewed is heard by its maker as any conversion. */
  audition(index: number, signal: AbortSignal): Promise<ConvertResult> {
    const { about, sealed } = this.finished!.voice;
    const use = allowedUses(sealed.record).includes('preview') ? 'preview' : 'convert';
    return audition(this.converter, about.id, AUDITIONS[index]!.address, signal, use);
  }
}
