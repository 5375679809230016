import { describe, expect, it } from 'vitest';
import { parseSealed, requireGrounds, seal, writeGrounds, type ConsentRecord } from '../../../src/provenance';
import { proofInWords } from '../../../src/ui/consent-words';
import manifest from '../../../models/published/manifest.json';
import { record } from './records';

const GROUNDS = {
  who: 'Ada Example',
  recordings: 'Readings of 2024, at https://example.test/readings',
  why: 'The speaker gave them to everybody, for any use.',
};
const DEED = 'https://creativecommons.org/publicdomain/zero/1.0/';
const statement = (grounds: Partial<typeof GROUNDS> & { deed?: string } = {}): Partial<ConsentRecord> => ({
  proof: { kind: 'statement', statement: writeGrounds({ ...GROUNDS, ...grounds }) || 'x' },
});
const JAPANESE = { recordings: '自分で作った合成音声の録音です', why: '私がこの声を作りましたから' };
const living: Partial<ConsentRecord> = { rightsHolder: { name: 'Ada Example', capacity: 'public-domain' } };
const dead = (
  deathYear: number,
  capacity: 'public-domain' | 'archive' | 'estate',
): Partial<ConsentRecord> => ({
  person: { name: 'Old Voice', status: 'deceased', deathYear },
  rightsHolder: { name: 'Somebody', capacity },
});
const deed: Partial<ConsentRecord> = {
  proof: { kind: 'file', sha256: 'b'.repeat(64), fileName: 'deed.pdf' },
};
const machine: Partial<ConsentRecord> = {
  person: { name: 'A voice', status: 'nobody' },
  rightsHolder: { name: 'A maker', capacity: 'synthetic' },
};

describe('a new voice', () => {
  it.each<[string, Partial<ConsentRecord>, RegExp]>([
    [
      'a living celebrity in the public domain, "x"',
      { ...living, proof: { kind: 'statement', statement: 'x' } },
      /who gives/,
    ],
    [
      'a long statement of one letter',
      { ...living, ...statement({ why: 'x'.repeat(60), deed: DEED }) },
      /why the voice/,
    ],
    [
      'letters in the order of the alphabet',
      { ...living, ...statement({ why: 'abcdefghij', deed: DEED }) },
      /3 words/,
    ],
    [
      'recordings in two words',
      { ...living, ...statement({ recordings: 'abcde fghijklm', deed: DEED }) },
      /which recordings/,
    ],
    [
      'letters that nobody can see',
      { ...machine, proof: { kind: 'statement', statement: 'Who: \u3164\u115F\nRecordings: none' } },
      /invisible/,
    ],
    ['a living person without a deed', { ...living, ...statement() }, /the deed/],
    [
      'a deed that nobody can look up',
      { ...living, ...statement({ deed: 'a nice deed' }) },
      /by its address/,
    ],
    [
      'a living person whose recordings somebody else gives away',
      { rightsHolder: { name: 'A fan', capacity: 'public-domain' }, ...statement({ deed: DEED }) },
      /themselves/,
    ],
    [
      'a death 100 years ago, without estate',
      { ...dead(1926, 'public-domain'), ...statement() },
      /estate or the archive/,
    ],
    ['a death in the future', { ...dead(2199, 'estate'), ...deed }, /lies after the record begins/],
    [
      'an archive of a living person',
      { rightsHolder: { name: 'A', capacity: 'archive' }, ...deed },
      /living person/,
    ],
    ['a file in place of the statement', { ...living, ...deed }, /statement/],
    [
      'a synthetic voice of nothing',
      { ...machine, proof: { kind: 'statement', statement: 'Mine.' } },
      /who gives/,
    ],
  ])('is not made on the grounds of %s', (_, changes, why) => {
    const sealed = seal(record(changes));
    expect(() => requireGrounds(sealed.record)).toThrow(why);
    // Voices with such a record that were made before stay readable.
    expect(parseSealed(sealed).sha256).toBe(sealed.sha256);
  });

  it.each<[string, Partial<ConsentRecord>]>([
    ['one’s own reading', {}],
    ['a deed of a living person', { ...living, ...statement({ deed: DEED }) }],
    ['a deed by its name', { ...living, ...statement({ deed: 'CC0 1.0' }) }],
    ['a deed by its shortest name', { ...living, ...statement({ deed: 'CC0' }) }],
    ['a statement in a script without spaces', { ...machine, ...statement(JAPANESE) }],
    [
      'a statement pasted with a soft hyphen',
      { ...machine, ...statement({ why: 'I made it my\u00ADself.' }) },
    ],
    ['a death more than a century ago', { ...dead(1925, 'public-domain'), ...statement() }],
    ['an archive with a file', { ...dead(1980, 'archive'), ...deed }],
    ['an estate with a file', { ...dead(2020, 'estate'), ...deed }],
    ['a machine that is described', { ...machine, ...statement({ who: 'A maker' }) }],
  ])('is made on the grounds of %s', (_, changes) => {
    expect(() => requireGrounds(record(changes))).not.toThrow();
  });
});

describe('the card of a voice', () => {
  const { proof } = record();
  it('shows a spoken proof as checked only where it was made', () => {
    expect(proofInWords(record(), true)).toMatchObject({ isVerified: true });
    const claimed = proofInWords(record({ proof: { ...proof, similarityPercent: 100 } as never }), false);
    expect(claimed).toMatchObject({
      isVerified: false,
      text: expect.stringMatching(/claims.*100%/) as string,
    });
  });

  it('shows files and statements as not verified, wherever they were made', () => {
    for (const changes of [deed, statement()])
      expect(proofInWords(record(changes), true).isVerified).toBe(false);
  });
});

it('the published voices still have valid records', () => {
  for (const file of manifest.files)
    if (file.kind === 'voice') expect(() => parseSealed(file.consent)).not.toThrow();
});
