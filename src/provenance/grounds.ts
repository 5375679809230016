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

const LABELS = { who: 'Who', recordings: 'Recordings', deed: 'Deed', why: 'Why' } as const;
/** Fewest letters and digits of each part, of different ones, and of words. */
const LEAST = {
  who: { letters: 2, different: 2, words: 1 },
  recordings: { letters: 10, different: 5, words: 3 },
  deed: { letters: 3, different: 2, words: 1 },
  why: { letters: 10, different: 5, words: 3 },
};
const DEED = /https?:\/\/\S+\.\S+|\bCC0\b|\bPDDL\b/i;
/** Years after a death in which somebody may still hold rights: 70 in most countries, 100 in the strictest. */
const YEARS_OF_RIGHTS = 100;

/** The statement of a record: one line for each of its grounds, without what cannot be seen in them. */
export function writeGrounds(grounds: Grounds): string {
  return (['who', 'recordings', 'deed', 'why'] as const)
    .flatMap((part) => {
      const text = plainText(grounds[part] ?? '', '')
        .replace(/\s+/g, ' ')
        .trim();
      return text ? [`${LABELS[part]}: ${text}`] : [];
    })
    .join('\n');
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
    if (plainText(text) !== text)
      throw missing(
        'a name or ground in it has characters that are invisible or that hide or reorder text, or too many accents on one letter',
      );
  const { capacity } = rightsHolder;
  if (capacity === 'archive' && person.status !== 'deceased')
    throw missing('an archive lends the voices of the dead; a living person lends their own voice');
  const years = Number(from.slice(0, 4)) - (person.deathYear ?? 0);
  if (years < 0) throw missing(`the year of death, ${person.deathYear}, lies after the record begins`);
  if (capacity === 'public-domain' && person.status === 'deceased') {
    if (years <= YEARS_OF_RIGHTS)
      throw missing(
        `${person.name} died ${years} years ago, so somebody may still hold rights; nobody does after more than ${YEARS_OF_RIGHTS}. Choose the estate or the archive, with a document`,
      );
  }
  const isGivenAway = capacity === 'public-domain' && person.status === 'living';
  if (isGivenAway && rightsHolder.name !== person.name)
    throw missing('only a living person themselves can give recordings of their voice to the public domain');
  if (proof.kind !== 'statement') {
    if (capacity === 'public-domain' || capacity === 'synthetic')
      throw missing('the statement that says who, which recordings and why is missing');
    return;
  }
  const grounds = readGrounds(statement);
  for (const part of ['who', 'recordings', 'why'] as const) requirePart(part, grounds[part]);
  if (!isGivenAway) return;
  requirePart('deed', grounds.deed);
  if (!DEED.test(grounds.deed!))
    throw missing('the deed has to be named by its address, or as CC0, so that anyone can look it up');
}

function readGrounds(statement: string): Partial<Grounds> {
  const lines = statement.split('\n');
  const find = (label: string) =>
    lines.find((line) => line.startsWith(`${label}: `))?.slice(label.length + 2);
  const entries = Object.entries(LABELS).map(([part, label]) => [part, find(label)]);
  return Object.fromEntries(entries) as Partial<Grounds>;
}

function requirePart(part: keyof Grounds, text = ''): void {
  const letters = text.toLowerCase().match(/[\p{L}\p{N}]/gu) ?? [];
  const { letters: least, different, words } = LEAST[part];
  const isLongEnough = letters.length >= least && new Set(letters).size >= different;
  if (isLongEnough && countWords(text) >= words) return;
  const asked = {
    who: 'who gives the recordings',
    recordings: 'which recordings they are and where they can be found',
    why: 'why the voice may be used',
    deed: 'the deed by which the recordings were given away',
  };
  const how = words > 1 ? `, in at least ${words} words` : '';
  throw missing(`it does not say ${asked[part]} (a line that begins with “${LABELS[part]}: ”${how})`);
}

/** Words of any script, those without spaces between them too. */
function countWords(text: string): number {
  return [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)].filter(
    ({ isWordLike }) => isWordLike,
  ).length;
}

function missing(why: string): ConsentError {
  return new ConsentError(
    'consent-invalid',
    `No voice can be made with this record: ${why}. The recordings are safe. Complete the record, or ask the person to lend the voice.`,
  );
}
