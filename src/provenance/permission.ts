import { parseSealed, type ConsentRecord, type SealedRecord, type Use } from './consent';
import { ConsentError } from './errors';

/** Blends of blends of blends: deeper than this nobody can say any more whose voice it is. */
const MAX_DEPTH = 4;

export interface Circumstances {
  /** Fingerprints of the records taken back on this device. */
  revoked: ReadonlySet<string>;
  /** `YYYY-MM-DD`; this day's without it. */
  today?: string;
}

/** What every use of a voice is checked against: its sealed record, not checked yet, and the revocations of this device. */
export interface Permission extends Circumstances {
  sealed: unknown;
}

const WORDS: Record<Use, string> = {
  convert: 'convert recordings',
  preview: 'be listened to',
  live: 'be used live',
  blend: 'be blended with others or reshaped',
  export: 'leave this device',
  import: 'be stored on another device',
};

/**
 * The one gate to a voice: throws a ConsentError unless its record is there, whole, in force, and allows `use`.
 *
 * A blend needs the leave of every voice it was made from as well: the strictest wins.
 */
export function requirePermission(sealed: unknown, use: Use, circumstances: Circumstances): SealedRecord {
  const today = circumstances.today ?? new Date().toISOString().slice(0, 10);
  const checked = parseSealed(sealed);
  check(checked, use, { ...circumstances, today }, 0);
  return checked;
}

/** The uses that a record and all its parents allow, whatever the day. */
export function allowedUses(record: ConsentRecord): Use[] {
  return record.parents.reduce(
    (uses, parent) => uses.filter((use) => allowedUses(parent.record).includes(use)),
    record.uses,
  );
}

/** The last day that a record and all its parents allow; null where none of them ends. */
export function lastDay(record: ConsentRecord): string | null {
  return record.parents
    .map((parent) => lastDay(parent.record))
    .concat(record.until)
    .reduce((first, day) => (first === null || (day !== null && day < first) ? day : first), null);
}

function check(
  { record, sha256 }: SealedRecord,
  use: Use,
  { revoked, today }: Required<Circumstances>,
  depth: number,
): void {
  const whose = `the voice of ${record.person.name}`;
  const safe = 'Your recordings and other voices are safe.';
  const ask = `To ask for leave, write to ${record.revocationContact}.`;
  if (depth > MAX_DEPTH) {
    throw new ConsentError('consent-invalid', `This voice is blended from too many blends. ${safe}`);
  }
  if (revoked.has(sha256)) {
    throw new ConsentError(
      'consent-revoked',
      `The leave to use ${whose} has been taken back, so it is not used. ${safe} Choose another voice.`,
    );
  }
  if (today < record.from) {
    throw new ConsentError('consent-not-yet', `The leave to use ${whose} begins on ${record.from}. ${safe}`);
  }
  if (record.until !== null && today > record.until) {
    throw new ConsentError(
      'consent-expired',
      `The leave to use ${whose} ended on ${record.until}, so it is not used. ${safe} ${ask}`,
    );
  }
  if (!record.uses.includes(use)) {
    throw new ConsentError(
      'consent-use',
      `By its consent record, ${whose} may not ${WORDS[use]}. ${safe} ${ask}`,
    );
  }
  for (const parent of record.parents) {
    // Parents are parsed with their blend, but their fingerprints are their own.
    parseSealed(parent);
    for (const each of new Set<Use>([use, 'blend'])) check(parent, each, { revoked, today }, depth + 1);
  }
}
