import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { describeExhibit } from '../../../scripts/exhibit-schema.mjs';
import {
  DEFAULT_EXHIBIT,
  ExhibitError,
  exhibitSchema,
  faultWithPlace,
  formatExhibit,
  LIMITS,
  parseExhibit,
} from '../../../src/files/exhibit';
import { language } from '../../../src/services/locale.svelte';

afterEach(() => (language.user = 'en'));

const LINES = formatExhibit(DEFAULT_EXHIBIT).split('\n');
const lineOf = (part: string) => LINES.findIndex((line) => line.includes(part)) + 1;

/** The exhibit with the line that holds `part` replaced. */
function withLine(part: string, line: string): string {
  return LINES.map((each) => (each.includes(part) ? line : each)).join('\n');
}

function faultOf(text: string): ExhibitError {
  try {
    parseExhibit(text);
  } catch (error) {
    if (error instanceof ExhibitError) return error;
    throw error;
  }
  throw new Error('It was read.');
}

describe('the file of an exhibit', () => {
  it('is read as it was written', () => {
    expect(parseExhibit(formatExhibit(DEFAULT_EXHIBIT))).toEqual(DEFAULT_EXHIBIT);
  });

  it('may begin with a byte order mark and end lines as Windows does', () => {
    expect(parseExhibit(`\ufeff${LINES.join('\r\n')}`)).toEqual(DEFAULT_EXHIBIT);
  });

  it('is described by docs/exhibit.schema.json', async () => {
    const file = await readFile('docs/exhibit.schema.json', 'utf8');
    expect(file).toBe(await describeExhibit(exhibitSchema));
    const { properties } = JSON.parse(file) as { properties: Record<string, { description?: string }> };
    const isDescribed = ([name, { description }]: [string, { description?: string }]) =>
      ['format', 'version'].includes(name) || description;
    expect(Object.entries(properties).filter((each) => !isDescribed(each))).toEqual([]);
  });

  it('loses characters that hide or reorder text', () => {
    const text = withLine('"en": "Another voice"', '"en": "Another \u202evoice\u200b",');
    expect(parseExhibit(text).title.en).toBe('Another voice');
  });
});

describe('a wrong exhibit', () => {
  const replaced = withLine('"idleSeconds"', '  "idleSeconds": 5,');

  it('names line and column of a value, and what is allowed there', () => {
    const { message, place, fault } = faultOf(replaced);
    expect(place).toEqual({ line: lineOf('"idleSeconds"'), column: 18 });
    expect(fault).toEqual({ what: 'value', name: 'idleSeconds', allowed: 'idle' });
    expect(message).toBe(
      `Line ${place.line}, column 18: idleSeconds has a wrong value. Allowed is a whole number from 15 to 600.`,
    );
  });

  it('is worded in the language shown, also where it was read in another', () => {
    const error = faultOf('{"format": 1}');
    language.user = 'nl';
    expect(faultWithPlace(error)).toBe(
      'Regel 1, kolom 12: format heeft een foute waarde. Toegestaan is de tekst "understudy-exhibit".',
    );
  });

  it('names the same line where lines end as on Windows', () => {
    expect(faultOf(replaced.replaceAll('\n', '\r\n')).place.line).toBe(lineOf('"idleSeconds"'));
  });

  it('names the place of an error of syntax', () => {
    const { place, fault } = faultOf(withLine('"volume"', '  "volume": 0.8'));
    expect(fault).toEqual({ what: 'syntax' });
    expect(place.line).toBe(lineOf('"volume"') + 1);
  });

  it.each([
    ['nothing', ''],
    ['a comment', `// An exhibit\n${LINES.join('\n')}`],
    ['a comma too many', withLine('"exportAllowed"', '  "exportAllowed": false,')],
    ['text behind it', `${LINES.join('\n')} x`],
  ])('with %s is no JSON', (_what, text) => {
    expect(faultOf(text).fault.what).toBe('syntax');
  });

  it('names the line of a field it does not know', () => {
    const { place, fault } = faultOf(withLine('"volume"', '  "volume": 0.8,\n  "colour": "red",'));
    expect(fault).toEqual({ what: 'unknown', name: 'colour' });
    expect(place).toEqual({ line: lineOf('"volume"') + 1, column: 3 });
  });

  it('names a field that is there twice', () => {
    const { place, fault } = faultOf(withLine('"volume"', '  "volume": 0.8,\n  "volume": 1,'));
    expect(fault).toEqual({ what: 'twice', name: 'volume' });
    expect(place.line).toBe(lineOf('"volume"') + 1);
  });

  it('names a field that is missing, the object that lacks it, and what is allowed', () => {
    const { place, fault } = faultOf(withLine('"accentColour"', ''));
    expect(fault).toEqual({ what: 'missing', name: 'accentColour', allowed: 'colour' });
    expect(place.line).toBe(1);
    const voice = faultOf(withLine('"id": "joe"', ''));
    const joe = DEFAULT_EXHIBIT.voices.findIndex(({ id }) => id === 'joe');
    expect(voice.fault).toEqual({ what: 'missing', name: `voices.${joe}.id`, allowed: 'id' });
    expect(voice.place.line).toBe(lineOf('"id": "joe"') - 1);
  });

  const png = 'data:image/png;base64,iVBORw0KGgo';
  it.each<[string, object, string]>([
    ['without voices', { voices: [] }, 'voices'],
    ['with a voice twice', { voices: [{ id: 'joe' }, { id: 'joe' }] }, 'voices'],
    ['with 13 voices', { voices: Array.from({ length: 13 }, (_, i) => ({ id: `v${i}` })) }, 'voices'],
    ['with a path as id', { voices: [{ id: '../joe' }] }, 'id'],
    [
      'with a portrait from elsewhere',
      { voices: [{ id: 'joe', portrait: 'https://a.b/c.png' }] },
      'portrait',
    ],
    ['with an SVG', { voices: [{ id: 'joe', portrait: 'data:image/svg+xml;base64,PHN2Zz4=' }] }, 'portrait'],
    ['with other bytes', { voices: [{ id: 'joe', portrait: 'data:image/png;base64,PHN2Zz4=' }] }, 'portrait'],
    [
      'with a large portrait',
      { voices: [{ id: 'joe', portrait: png.padEnd(LIMITS.portrait + 1, 'A') }] },
      'portrait',
    ],
    ['without a title', { title: {} }, 'texts'],
    ['with an invisible title', { title: { en: '\u200b' } }, 'text'],
    ['with a title of 301 characters', { title: { en: 'a'.repeat(301) } }, 'text'],
    ['without languages', { languages: [] }, 'languages'],
    ['with a language twice', { languages: ['en', 'en'] }, 'languages'],
    ['with a language that the app does not have', { languages: ['it'] }, 'languages'],
    ['with volume 1.1', { volume: 1.1 }, 'fraction'],
    ['with half a second', { idleSeconds: 20.5 }, 'idle'],
    ['with a heartbeat elsewhere', { heartbeat: '//other.example/alive' }, 'path'],
    ['with a heartbeat at an address', { heartbeat: 'https://other.example/alive' }, 'path'],
    ['with hour 24', { openingHours: [{ days: [1], from: '09:00', to: '24:00' }] }, 'time'],
    ['with day 7', { openingHours: [{ days: [7], from: '09:00', to: '17:00' }] }, 'days'],
    ['with a voice file that is no zip', { enrolledVoices: ['AAAA'] }, 'enrolled'],
    ['with a name as colour', { accentColour: 'red' }, 'colour'],
    ['of version 2', { version: 2 }, 'version'],
  ])('%s is refused', (_what, change, allowed) => {
    expect(faultOf(JSON.stringify({ ...DEFAULT_EXHIBIT, ...change })).fault).toMatchObject({ allowed });
  });

  it('that is no object is refused as a whole', () => {
    expect(faultOf('3').message).toBe(
      'Line 1, column 1: the file has a wrong value. Allowed is an object with the fields of an exhibit.',
    );
  });

  it('that is nested deeply is refused, not crashed on', () => {
    expect(faultOf('['.repeat(100_000)).fault).toEqual({ what: 'syntax' });
  });
});
