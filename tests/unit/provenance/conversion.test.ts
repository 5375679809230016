import 'fake-indexeddb/auto';
import { describe, expect, it, vi } from 'vitest';
import { exportTake } from '../../../src/export/export';
import { requireConversion, type VoiceHere } from '../../../src/provenance';
import { sine } from '../engine/helpers';
import { blend, sealed } from './records';

const hash = 'f'.repeat(64);
const NOW = { revoked: new Set<string>(), today: '2026-11-24' };
const here = (consent: VoiceHere['consent'], data: string[] = []): VoiceHere => ({ consent, data });
const require = (
  voice: VoiceHere | null,
  { voiceData = undefined as string[] | undefined, now = NOW } = {},
) => requireConversion({ consent: sealed(), voiceData, voice }, 'export', now);
type Revoked = { voiceData?: string[]; voice?: VoiceHere };
const code = (name: string) => expect.objectContaining({ code: name }) as Error;

describe('a conversion', () => {
  it('needs its own record where its voice is gone, unchanged or renewed', () => {
    const renewed = sealed({ until: '2030-01-01' });
    for (const voice of [null, here(sealed()), here(renewed)]) expect(require(voice)).toEqual(sealed());
  });

  it.each([
    ['another person', here(sealed({ person: { name: 'Bea', status: 'living' } })), 'consent-other'],
    ['a blend', here(blend([sealed()])), 'consent-other'],
    ['a record that has ended', here(sealed({ until: '2026-11-23' })), 'consent-expired'],
    ['a record without that use', here(sealed({ uses: ['convert'] })), 'consent-use'],
    ['no record', here(null), 'consent-missing'],
  ])('is refused where its voice has that of %s', (_, voice, why) => {
    expect(() => require(voice)).toThrow(code(why));
  });

  it.each<[string, string, Revoked]>([
    ['its own record', sealed().sha256, {}],
    ['a recording of it', sealed().record.sources[0]!, {}],
    ['its data', hash, { voiceData: [hash] }],
    ['the data of its voice', hash, { voice: here(sealed(), [hash]) }],
    [
      'the renewed record',
      sealed({ until: '2030-01-01' }).sha256,
      { voice: here(sealed({ until: '2030-01-01' })) },
    ],
  ])('is refused once revoked by %s', (_, revoked, { voice = null, ...stated }) => {
    const now = { ...NOW, revoked: new Set([revoked]) };
    expect(() => require(voice, { ...stated, now })).toThrow(code('consent-revoked'));
  });

  it('is not exported under the record of somebody else than its voice', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const about = { voiceId: 'kathleen', voiceName: 'Kathleen', consent: sealed(), voiceData: [] };
    const voice = here(sealed({ person: { name: 'Kathleen', status: 'living' } }));
    const exported = exportTake(sine(120, 24000, 0.2), 24000, 'wav', { ...about, voice });
    await expect(exported).rejects.toThrow(/is that of Ada Example, but .* has that of Kathleen/);
  });
});
