import { afterEach, describe, expect, it } from 'vitest';
import { blendRecord } from '../../../src/enrol/shape';
import { parseRecord, requirePermission, statementInWords, writeGrounds } from '../../../src/provenance';
import { language } from '../../../src/services/locale.svelte';
import { record, sealed } from './records';

afterEach(() => (language.user = 'en'));

const GROUNDS = { who: 'Ada', recordings: 'Readings of 2024', deed: 'CC0', why: 'She gave them away.' };
const makeBlend = () => blendRecord([sealed()], { name: 'M', voiceName: 'Mix', today: '2026-11-24' });

describe('what is written in a record', () => {
  it('does not depend on the language', () => {
    const [statement, blend] = [writeGrounds(GROUNDS), makeBlend()];
    language.user = 'fr';
    expect(writeGrounds(GROUNDS)).toBe(statement);
    expect(makeBlend()).toEqual(blend);
  });

  it('by the app is shown in the language shown, and by people as they wrote it', () => {
    language.user = 'de';
    expect(statementInWords(writeGrounds(GROUNDS))).toBe(
      'Wer: Ada\nAufnahmen: Readings of 2024\nUrkunde: CC0\nWarum: She gave them away.',
    );
    const { proof } = makeBlend().record;
    expect(proof.kind === 'statement' && statementInWords(proof.statement)).toMatch(
      /^Eine synthetische Stimme,/,
    );
    expect(statementInWords('Given to me.\u202e')).toBe('Given to me.');
  });
});

describe('why a record cannot be used', () => {
  const invalid = (changes: object) => () => parseRecord({ ...record(), ...changes });

  it('names the field', () => {
    expect(invalid({ revocationContact: '' })).toThrow(
      /: the field “revocationContact” is missing or not valid\./,
    );
    expect(invalid({ uses: ['live', 'live'] })).toThrow(/: a use is named twice \(uses\)\./);
    expect(() => parseRecord('record')).toThrow(/: it is not a record\./);
  });

  it('is said in the language shown', () => {
    language.user = 'nl';
    expect(invalid({ until: '2025-01-01' })).toThrow(
      /: ze eindigt voordat ze begint\. Er is niets veranderd\./,
    );
    const expired = () =>
      requirePermission(sealed({ until: '2026-02-01' }), 'live', { revoked: new Set(), data: [] });
    expect(expired).toThrow(/stem van Ada Example eindigde op 1 februari 2026/);
  });
});
