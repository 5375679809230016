import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_EXHIBIT, LOCALES } from '../../../src/files/exhibit';
import { listVoices, parsePublishedManifest } from '../../../src/files/manifest';
import { language } from '../../../src/services/locale.svelte';
import { voiceLine, voiceName } from '../../../src/ui/voice-words';

const published = listVoices(
  parsePublishedManifest(JSON.parse(readFileSync('models/published/manifest.json', 'utf8'))),
);

describe('words of voices', () => {
  afterEach(() => (language.user = 'en'));

  it('are in the language shown for every published voice', () => {
    language.user = 'fr';
    const untold = published.filter((voice) => voiceLine(voice) === voice.description);
    expect(untold.map(({ id }) => id)).toEqual([]);
    const names = published.map(voiceName);
    expect(names).toContain('Le Flamand');
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(['kathleen', 'kerstin', 'roosevelt', 'nightingale'])(
    'are those of the default exhibit for %s',
    (id) => {
      const { line } = DEFAULT_EXHIBIT.voices.find((voice) => voice.id === id)!;
      for (const locale of LOCALES) {
        language.user = locale;
        expect(line![locale]).toBe(voiceLine({ id, description: '' }));
      }
    },
  );

  it('are those of its user for a voice of a user', () => {
    language.user = 'nl';
    const own = { id: 'own-1', name: 'Flemish Guy', description: 'My own.' };
    expect([voiceName(own), voiceLine(own)]).toEqual(['Flemish Guy', 'My own.']);
  });
});
