import { seal, USES, type ConsentRecord, type SealedRecord } from '../../../src/provenance';

const HASH = 'a'.repeat(64);

/** A record that allows every use, with `changes`. */
export function record(changes: Partial<ConsentRecord> = {}): ConsentRecord {
  return {
    version: 1,
    person: { name: 'Ada Example', status: 'living' },
    rightsHolder: { name: 'Ada Example', capacity: 'self' },
    proof: { kind: 'spoken', sha256: HASH, sentence: 'amber river seven', similarityPercent: 88 },
    sources: [HASH],
    uses: [...USES],
    from: '2026-01-01',
    until: null,
    revocationContact: 'ada@example.test',
    parents: [],
    ...changes,
  };
}

export const sealed = (changes: Partial<ConsentRecord> = {}): SealedRecord => seal(record(changes));

/** The record of a blend of voices with the given records. */
export function blend(parents: SealedRecord[], changes: Partial<ConsentRecord> = {}): SealedRecord {
  return sealed({
    person: { name: 'A blend', status: 'nobody' },
    rightsHolder: { name: 'Ada Example', capacity: 'synthetic' },
    proof: { kind: 'statement', statement: 'Blended from other voices.' },
    parents,
    ...changes,
  });
}
