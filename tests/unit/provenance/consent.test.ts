import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  allowedUses,
  canonicalBytes,
  createSigningKey,
  fingerprint24,
  lastDay,
  parseRecord,
  requirePermission,
  sha256Hex,
  sign,
  USES,
  verify,
  type ConsentRecord,
} from '../../../src/provenance';
import { random } from '../engine/helpers';
import { blend, record, sealed } from './records';

const NOW = { revoked: new Set<string>(), data: [], today: '2026-11-24' };
const code = (expected: string) => expect.objectContaining({ name: expected, code: expected }) as Error;

describe('a fingerprint', () => {
  it('equals the sha256 of Node', () => {
    const next = random(3);
    for (const length of [0, 1, 55, 56, 63, 64, 65, 1000, 12345]) {
      const bytes = Uint8Array.from({ length }, () => Math.floor(next() * 256));
      expect(sha256Hex(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('does not depend on the order of the keys', () => {
    const text = new TextDecoder().decode(canonicalBytes({ b: [1, { d: 'ü"', c: null }], a: true }));
    expect(text).toBe('{"a":true,"b":[1,{"c":null,"d":"ü\\""}]}');
  });

  it('starts with the 24-bit id of the watermark', () => {
    expect(fingerprint24({ ...sealed(), sha256: `00ff10${'0'.repeat(58)}` })).toBe(0x00ff10);
  });
});

describe('a record', () => {
  it.each<[string, Partial<ConsentRecord>]>([
    ['no uses', { uses: [] }],
    ['an unknown use', { uses: ['sing' as 'live'] }],
    ['a use twice', { uses: ['live', 'live'] }],
    ['an invalid date', { from: '2026-02-31x' }],
    ['a day that no calendar has', { from: '2026-02-31' }],
    ['an end before its beginning', { until: '2025-01-01' }],
    ['a year of death of a living person', { person: { name: 'A', status: 'living', deathYear: 1950 } }],
    ['no year of death of a deceased person', { person: { name: 'A', status: 'deceased' } }],
    ['no name', { person: { name: ' ', status: 'living' } }],
    [
      'a person’s own voice without a spoken sentence',
      { proof: { kind: 'statement', statement: 'trust me' } },
    ],
    ['an estate of a living person', { rightsHolder: { name: 'E', capacity: 'estate' } }],
    ['a person’s voice as synthetic', { rightsHolder: { name: 'E', capacity: 'synthetic' } }],
    ['a person’s voice with parents', { parents: [sealed()] }],
    ['an invalid hash', { sources: ['xyz'] }],
    ['an unknown field', { extra: 1 } as Partial<ConsentRecord>],
  ])('with %s is rejected', (_, changes) => {
    expect(() => parseRecord(record(changes))).toThrow(code('consent-invalid'));
  });

  it('of an archive needs a file as proof', () => {
    const archive: Partial<ConsentRecord> = {
      person: { name: 'Old Voice', status: 'deceased', deathYear: 1931 },
      rightsHolder: { name: 'The Archive', capacity: 'archive' },
    };
    expect(() => parseRecord(record(archive))).toThrow(code('consent-invalid'));
    const proof = { kind: 'file' as const, sha256: 'b'.repeat(64), fileName: 'deed.pdf' };
    expect(parseRecord(record({ ...archive, proof })).person.deathYear).toBe(1931);
  });
});

describe('permission', () => {
  it('is given for the uses that the record allows, and for no others', () => {
    for (const allowed of USES) {
      for (const use of USES) {
        const attempt = () => requirePermission(sealed({ uses: [allowed] }), use, NOW);
        if (use === allowed) expect(attempt().record.uses).toEqual([allowed]);
        else expect(attempt).toThrow(code('consent-use'));
      }
    }
  });

  it.each<[string, unknown, string]>([
    ['missing', undefined, 'consent-missing'],
    ['null', null, 'consent-missing'],
    ['a string', 'The speaker agreed.', 'consent-invalid'],
    ['not in force yet', sealed({ from: '2026-11-25' }), 'consent-not-yet'],
    ['expired', sealed({ until: '2026-11-23' }), 'consent-expired'],
    ['altered', { ...sealed(), sha256: 'c'.repeat(64) }, 'consent-altered'],
  ])('is refused if the record is %s', (_, raw, expected) => {
    for (const use of USES) expect(() => requirePermission(raw, use, NOW)).toThrow(code(expected));
  });

  it('lasts to the end of its last day', () => {
    expect(() => requirePermission(sealed({ until: NOW.today }), 'live', NOW)).not.toThrow();
  });

  it('is refused if the record is revoked', () => {
    const { sha256 } = sealed();
    const revoked = new Set([sha256]);
    expect(() => requirePermission(sealed(), 'live', { ...NOW, revoked })).toThrow(code('consent-revoked'));
  });

  it('is refused if any single bit of the record is flipped', () => {
    const bytes = new TextEncoder().encode(JSON.stringify(sealed()));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const bad = bytes.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      let raw: unknown;
      try {
        raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bad));
      } catch {
        continue;
      }
      expect(() => requirePermission(raw, 'convert', NOW)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^consent-/) as string }) as Error,
      );
    }
  });
});

describe('a blend', () => {
  const strict = sealed({ uses: ['convert', 'blend', 'preview'], until: '2027-01-01' });

  it('allows what all its parents allow', () => {
    const child = blend([strict, sealed()]);
    expect(allowedUses(child.record)).toEqual(['convert', 'preview', 'blend']);
    expect(lastDay(child.record)).toBe('2027-01-01');
    expect(() => requirePermission(child, 'convert', NOW)).not.toThrow();
    expect(() => requirePermission(child, 'export', NOW)).toThrow(code('consent-use'));
    expect(() => requirePermission(child, 'convert', { ...NOW, today: '2027-01-02' })).toThrow(
      code('consent-expired'),
    );
    expect(() => requirePermission(child, 'convert', { ...NOW, revoked: new Set([strict.sha256]) })).toThrow(
      code('consent-revoked'),
    );
  });

  it('of a voice that may not be blended is refused', () => {
    const unblendable = sealed({ uses: ['convert'] });
    expect(() => requirePermission(blend([unblendable]), 'convert', NOW)).toThrow(code('consent-use'));
  });

  it('does not hide an altered parent', () => {
    const altered = { ...strict, record: { ...strict.record, uses: [...USES] } };
    expect(() => requirePermission(blend([altered]), 'export', NOW)).toThrow(code('consent-altered'));
  });

  it('cannot be nested without limit', () => {
    let child = sealed();
    for (let depth = 0; depth < 6; depth++) child = blend([child]);
    expect(() => requirePermission(child, 'convert', NOW)).toThrow(code('consent-invalid'));
  });
});

describe('a signature', () => {
  it('is valid only for the bytes that were signed', async () => {
    const key = await createSigningKey();
    const bytes = new TextEncoder().encode('a manifest');
    const signature = await sign(bytes, key);
    expect(signature.length).toBe(64);
    expect(await verify(bytes, signature, key.publicKey)).toBe(true);
    expect(await verify(new TextEncoder().encode('A manifest'), signature, key.publicKey)).toBe(false);
    expect(await verify(bytes, signature.slice(1), key.publicKey)).toBe(false);
    expect(await verify(bytes, signature, key.publicKey.slice(1))).toBe(false);
    await expect(crypto.subtle.exportKey('pkcs8', key.privateKey)).rejects.toThrow();
  });
});
