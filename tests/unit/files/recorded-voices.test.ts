import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listVoices, parsePublishedManifest } from '../../../src/files/manifest';
import { parseVoice } from '../../../src/files/voice-read';
import { parseSealed, requireGrounds, requirePermission, USES } from '../../../src/provenance';

const FOLDER = 'models/published';
const manifest = parsePublishedManifest(JSON.parse(readFileSync(`${FOLDER}/manifest.json`, 'utf8')));

describe.each([
  { id: 'roosevelt', person: 'Theodore Roosevelt', deathYear: 1919, year: '1913' },
  { id: 'nightingale', person: 'Florence Nightingale', deathYear: 1910, year: '1890' },
])('the published voice $id', ({ id, person, deathYear, year }) => {
  const entry = listVoices(manifest).find((voice) => voice.id === id)!;

  it('has a complete record of a person who is dead for more than a century', () => {
    const { record } = parseSealed(entry.consent);
    expect(record.person).toEqual({ name: person, status: 'deceased', deathYear });
    expect(record.rightsHolder.capacity).toBe('public-domain');
    expect(record.proof).toMatchObject({ kind: 'statement' });
    expect(JSON.stringify(record.proof)).toContain(year);
    expect(JSON.stringify(record.proof)).toContain('Wikimedia Commons');
    expect(record.sources.length).toBe(1);
    expect(record.revocationContact).not.toBe('');
    expect(() => requireGrounds(record)).not.toThrow();
    for (const use of USES)
      expect(() => requirePermission(entry.consent, use, { revoked: new Set(), data: [] })).not.toThrow();
  });

  it('has the sound of the machine beside that of the room', () => {
    const voice = parseVoice(Uint8Array.from(readFileSync(`${FOLDER}/${entry.file}`)).buffer);
    const { band, noise, wowRateHz, wowDepth } = voice.recorded!;
    expect([band.length, noise.length]).toEqual([80, 80]);
    // Band 60 of 79 lies at 6 kHz, band 20 at 700 Hz; neither machine passed the former.
    expect(band[20]! - band[60]!).toBeGreaterThan(1);
    expect(wowRateHz).toBeGreaterThan(1);
    expect(wowDepth).toBeLessThan(0.02);
    expect(Math.exp(Math.max(...noise))).toBeLessThan(0.1);
    // A speaker who had to reach a crowd, and a cylinder that is played fast; not octave errors.
    expect(voice.recorded!.medianF0Hz).toBeGreaterThan(200);
    expect(voice.medianF0Hz).toBeLessThan(voice.recorded!.medianF0Hz);
  });
});
