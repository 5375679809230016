import { m } from '../text/messages';
import type { ConsentRecord } from './consent';
import { ConsentError } from './errors';
import { plainText } from './plain-text';

/** What a statement says where no document and no spoken sentence proves a permission. */
export interface Grounds {
  /** Who gives or gave the recordings. */
  who: string;
  /** Which recordings, and where they are. */
  recordings: string;
  /** Why the voice may be used. */
  why: string;
  /** Address or name of the deed by which a living person gave them away. */
  deed?: string;
}

/** In records, where they do not depend on the language. */
const LABELS = { who: 'Who', recordings: 'Recordings', deed: 'Deed', why: 'Why' } as const;
const LINES = {
  who: m.provenance_line_who,
  recordings: m.provenance_line_recordings,
  deed: m.provenance_line_deed,
  why: m.provenance_line_why,
} satisfies Record<keyof Grounds, unknown>;
/** The statement of every blend's record. */
export const BLEND_STATEMENT =
  'A synthetic voice, blended and reshaped from the voices whose records it carries.';
/** Fewest letters and digits of each part, of different ones, and of words. */
const LEAST = {
  who: { letters: 2, different: 2, words: 1 },
  recordings: { letters: 10, different: 5, words: 3 },
  deed: { letters: 3, different: 2, words: 1 },
  why: { letters: 10, different: 5, words: 3 },
};
const PARTS = ['who', 'recordings', 'deed', 'why'] as const;
const DEED = /https?:\/\/\S+\.\S+|\bCC0\b|\bPDDL\b/i;
/** Years after a death in which somebody may still hold rights: 70 in most countries, 100 in the strictest. */
const YEARS_OF_RIGHTS = 100;

/** The statement of a record: one line for each of its grounds, without what cannot be seen in them. */
export function writeGrounds(grounds: Grounds): string {
  return PARTS.flatMap((part) => {
    const text = plainText(grounds[part] ?? '', '')
      .replace(/\s+/g, ' ')
      .trim();
    return text ? [`${LABELS[part]}: ${text}`] : [];
  }).join('\n');
}

/** The statement of a record to be shown: what the app wrote in it, in the language shown; what people wrote, as they did. */
export function statementInWords(statement: string): string {
  if (statement === BLEND_STATEMENT) return m.provenance_blend();
  return plainText(statement).split('\n').map(lineInWords).join('\n');
}

function lineInWords(line: string): string {
  const part = PARTS.find((each) => line.startsWith(`${LABELS[each]}: `));
  return part ? LINES[part]({ text: line.slice(LABELS[part].length + 2) }) : line;
}

/**
 * Throws `consent-invalid` unless a record has the grounds that a new voice needs. `parseRecord` accepts others too: records
 * that were sealed before this was asked stay valid, and lists show what in them is only stated.
 */
export function requireGrounds({
  person,
  rightsHolder,
  proof,
  from,
  revocationContact,
}: ConsentRecord): void {
  const statement = proof.kind === 'statement' ? proof.statement : '';
  for (const text of [person.name, rightsHolder.name, revocationContact, statement])
    if (plainText(text) !== text) throw missing(m.provenance_hidden());
  const { capacity } = rightsHolder;
  if (capacity === 'archive' && person.status !== 'deceased') throw missing(m.provenance_archive());
  const { name, deathYear: year = 0 } = person;
  const years = Number(from.slice(0, 4)) - year;
  if (years < 0) throw missing(m.provenance_dies_later({ year }));
  if (capacity === 'public-domain' && person.status === 'deceased' && years <= YEARS_OF_RIGHTS)
    throw missing(m.provenance_rights_left({ name, year, years: YEARS_OF_RIGHTS }));
  const isGivenAway = capacity === 'public-domain' && person.status === 'living';
  if (isGivenAway && rightsHolder.name !== person.name) throw missing(m.provenance_own_gift());
  if (proof.kind !== 'statement') {
    if (capacity === 'public-domain' || capacity === 'synthetic') throw missing(m.provenance_no_statement());
    return;
  }
  const grounds = readGrounds(statement);
  for (const part of ['who', 'recordings', 'why'] as const) requirePart(part, grounds[part]);
  if (!isGivenAway) return;
  requirePart('deed', grounds.deed);
  if (!DEED.test(grounds.deed!)) throw missing(m.provenance_deed());
}

function readGrounds(statement: string): Partial<Grounds> {
  const lines = statement.split('\n');
  const find = (label: string) =>
    lines.find((line) => line.startsWith(`${label}: `))?.slice(label.length + 2);
  const entries = Object.entries(LABELS).map(([part, label]) => [part, find(label)]);
  return Object.fromEntries(entries) as Partial<Grounds>;
}

/** What a line of the statement has to say that is missing or too short. */
const NOT_SAID: Record<keyof Grounds, (about: { label: string; words: number }) => string> = {
  who: m.provenance_ground_who,
  recordings: m.provenance_ground_recordings,
  deed: m.provenance_ground_deed,
  why: m.provenance_ground_why,
};

function requirePart(part: keyof Grounds, text = ''): void {
  const letters = text.toLowerCase().match(/[\p{L}\p{N}]/gu) ?? [];
  const { letters: least, different, words } = LEAST[part];
  const isLongEnough = letters.length >= least && new Set(letters).size >= different;
  if (isLongEnough && countWords(text) >= words) return;
  throw missing(NOT_SAID[part]({ label: LABELS[part], words }));
}

/** Words of any script, those without spaces between them too. */
function countWords(text: string): number {
  return [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)].filter(
    ({ isWordLike }) => isWordLike,
  ).length;
}

function missing(why: string): ConsentError {
  return new ConsentError('consent-invalid', m.provenance_grounds({ why }));
}
