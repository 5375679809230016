import type { VoiceSummary } from '../engine/types';
import { m } from '../text/messages';
import { recordedVoice } from './recorded/recorded-voices';

interface Words {
  /** Missing where the name is the same in every language. */
  name?: () => string;
  line: () => string;
}

/** By the ids of models/published/manifest.json. */
const WORDS: Record<string, Words> = {
  kathleen: { line: m.ui_voice_kathleen_line },
  joe: { line: m.ui_voice_joe_line },
  kerstin: { line: m.ui_voice_kerstin_line },
  nathalie: { line: m.ui_voice_nathalie_line },
  flemishguy: { name: m.ui_voice_flemishguy, line: m.ui_voice_flemishguy_line },
  jm_kumo: { line: m.ui_voice_kumo_line },
  pip: { line: m.ui_voice_pip_line },
  ambrose: { line: m.ui_voice_ambrose_line },
  cylinder: { name: m.ui_voice_cylinder, line: m.ui_voice_cylinder_line },
};

/** The voices that come with the app, in its order: what will be shown once the networks are loaded. */
export const EXPECTED_VOICES = Object.keys(WORDS);

/** What a voice is called in the language shown; voices of users are called as their users named them. */
export function voiceName({ id, name }: Pick<VoiceSummary, 'id' | 'name'>): string {
  return WORDS[id]?.name?.() ?? name;
}

/** Who speaks in a voice, in one line and in the language shown; of voices of users, what their users wrote. */
export function voiceLine({ id, description }: Pick<VoiceSummary, 'id' | 'description'>): string {
  return (WORDS[id] ?? recordedVoice(id))?.line() ?? description;
}
