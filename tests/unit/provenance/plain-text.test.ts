import { describe, expect, it } from 'vitest';
import { parseSealed, plainText, requireGrounds, requirePermission } from '../../../src/provenance';
import { Notices } from '../../../src/services/notices.svelte';
import { blend, record, sealed } from './records';

const invalid = expect.objectContaining({ code: 'consent-invalid' }) as Error;

describe('consent trees', () => {
  const base = blend([sealed()]).record;
  /** `width` parents of each record, `depth` levels of them. */
  const tree = (width: number, depth: number): unknown => {
    const parents = depth > 0 ? Array.from({ length: width }, () => tree(width, depth - 1)) : [];
    return { record: { ...base, parents }, sha256: 'a'.repeat(64) };
  };

  it('of 8 x 4 levels are refused at once', () => {
    const wide = tree(8, 4);
    const startedMs = performance.now();
    expect(() => parseSealed(wide)).toThrow(invalid);
    expect(() => parseSealed(wide)).toThrow(/more than 64 records/);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  it('of 64 records are read, and of 65 not', () => {
    const eight = Array.from({ length: 8 }, () => sealed());
    const sixth = blend(Array.from({ length: 6 }, () => blend(eight)));
    // 1 + 6 x 9 + 9 records: a blend of 8 at the second level of the last.
    const full = blend([...sixth.record.parents, blend(eight)]);
    expect(() => requirePermission(full, 'convert', { revoked: new Set(), data: [] })).not.toThrow();
    expect(() => blend([...full.record.parents, sealed()])).toThrow(invalid);
  });

  it('that lead back to themselves are refused', () => {
    const endless = structuredClone(blend([sealed()]));
    endless.record.parents.push(endless);
    expect(() => parseSealed(endless)).toThrow(invalid);
  });
});

describe('a name', () => {
  it.each([
    ['\u202Egpj.ecnesnoN\u202C', 'gpj.ecnesnoN'],
    ['Kath\u200Bleen\uFEFF', 'Kathleen'],
    ['\u200B\u200D\u2060', '(no visible name)'],
    [`Z${'\u0334\u035C\u0361'.repeat(20)}algo`, `Z${'\u0334\u035C\u0361\u0334'}algo`],
    ['A\u0000da\u0007', 'Ada'],
    ['Kath\u200Dleen', 'Kathleen'],
    ['Kath\u200Cleen', 'Kathleen'],
    ['\u200DKathleen\u200C', 'Kathleen'],
    ['Kathleen\uFE0F', 'Kathleen'],
    ['Kath\uFE01leen\u{E0101}', 'Kathleen'],
    ['Room 1\uFE0F', 'Room 1'],
    ['Kath\u115F\u1160\u3164\uFFA0leen', 'Kathleen'],
    ['Kath\u180E\u2060\u2061\u2062\u2063\u2064\u00AD\u034Fleen', 'Kathleen'],
    ['Kathleen\u{E0001}\u{E0066}\u{E007F}', 'Kathleen'],
    ['Kath\uFFFC\u{1D159}\u{16FE4}leen', 'Kathleen'],
    ['Kath\u2800leen', 'Kath leen'],
    ['\u2800\u2800', '(no visible name)'],
    ['\u3164', '(no visible name)'],
    ['می\u200C\u200Cخواهم', 'میخواهم'],
    ['م\u200Dحمد', 'محمد'],
    ['محمد\u200C', 'محمد'],
    ['👩\u200D', '👩'],
  ])('that hides or reorders text is shown without that: %j', (text, shown) => {
    expect(plainText(text)).toBe(shown);
  });

  it.each([
    'Ada Example',
    'Zoë Ångström',
    'Nguyễn Thị Ánh',
    'محمد',
    'דוד',
    'می\u200Cخواهم',
    'ه\u200D',
    'क\u094D\u200Cष',
    'क\u094D\u200Dष',
    'ශ\u0DCA\u200Dරී',
    'ന\u0D4D\u200D',
    'র\u200D\u09CDয',
    '❤️',
    '❤︎',
    '1\uFE0F\u20E3',
    '👩🏽\u200D💻',
    '👩\u200D❤️\u200D👨',
    '🏳️\u200D🌈',
    '王小明',
    '👩‍👧 Mum',
    '',
  ])('of any script stays as it is: %s', (name) => expect(plainText(name)).toBe(name));

  it('of a new record has to be plain; one in an old record is shown inert', () => {
    const hidden = { person: { name: 'A\u202Eda', status: 'living' as const } };
    expect(() => requireGrounds(record(hidden))).toThrow(/hide or reorder/);
    const joined = { person: { name: 'A\u200Dda', status: 'living' as const } };
    expect(() => requireGrounds(record(joined))).toThrow(/hide or reorder/);
    const old = sealed(hidden);
    expect(parseSealed(old)).toEqual(old);
    expect(() => requirePermission(old, 'convert', { revoked: new Set([old.sha256]), data: [] })).toThrow(
      /voice of Ada has/,
    );
  });

  it('of a file in a notice is inert', () => {
    const notices = new Notices();
    notices.warn('The file \u202Egpj.exe is empty.');
    expect(notices.list[0]!.text).toBe('The file gpj.exe is empty.');
  });
});
