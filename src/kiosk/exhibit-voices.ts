import type { Exhibit, ExhibitVoice } from '../files/exhibit';
import type { VoiceSummary } from '../engine/types';
import { plainText, requirePermission, type SealedRecord } from '../provenance';
import { inLocale } from '../services/locale.svelte';
import { voiceLine, voiceName } from '../ui/voice-words';

/** A voice on the screen. */
export interface OfferedVoice {
  id: string;
  summary: VoiceSummary;
  consent: SealedRecord;
  shown: ExhibitVoice;
}

/** Its name on the screen, in the language shown. */
export function nameOf({ shown, summary }: OfferedVoice): string {
  return inLocale(shown.name) || plainText(voiceName(summary));
}

/** Who speaks in it, in one line. */
export function lineOf({ shown, summary }: OfferedVoice): string {
  return inLocale(shown.line) || plainText(voiceLine(summary));
}

const NOTHING_REVOKED: ReadonlySet<string> = new Set();

/**
 * The voices of the exhibit, in its order, whose record allows conversion today. The engine checks again at every use; here a voice that
 * it would refuse is not offered.
 */
export function offeredVoices(exhibit: Exhibit, voices: readonly VoiceSummary[]): OfferedVoice[] {
  return exhibit.voices.flatMap((shown) => {
    const summary = voices.find(({ id }) => id === shown.id);
    const consent = summary && !summary.isRevoked ? permitted(summary) : null;
    return summary && consent ? [{ id: shown.id, summary, consent, shown }] : [];
  });
}

function permitted({ consent, data }: VoiceSummary): SealedRecord | null {
  try {
    return requirePermission(consent, 'convert', { revoked: NOTHING_REVOKED, data });
  } catch {
    return null;
  }
}
