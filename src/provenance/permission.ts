import { m } from '../text/messages';
import { dateInWords } from '../text/format';
import { latestDay, localDay, today as todayHere } from './clock';
import { parseSealed, type ConsentRecord, type SealedRecord, type Use } from './consent';
import { ConsentError } from './errors';
import { plainText } from './plain-text';

/** Blends of blends are allowed to this depth of parents. */
const MAX_DEPTH = 4;

export interface Circumstances {
  /** sha256 of what is revoked on this device: consent records, recordings, and data of voices. */
  revoked: ReadonlySet<string>;
  /** Hashes of the voice's own data (`dataHashes` in src/files/voice-data.ts); empty only where there is no voice yet. */
  data: readonly string[];
  /** `YYYY-MM-DD`. Default: today by the calendar of this place, never before a day that this device has seen. */
  today?: string;
}

/** A sealed record, not validated yet, and the revocations of this device: the arguments of `requirePermission`. */
export interface Permission extends Circumstances {
  sealed: unknown;
}

/** That the consent record does not allow a use. */
const NOT_ALLOWED = {
  convert: m.provenance_use_convert,
  preview: m.provenance_use_preview,
  live: m.provenance_use_live,
  blend: m.provenance_use_blend,
  export: m.provenance_use_export,
  import: m.provenance_use_import,
} satisfies Record<Use, unknown>;

/**
 * Checks every use of a voice: throws a ConsentError unless its record is present, valid, unaltered, in force, not revoked,
 * and allows `use`.
 *
 * A blend also needs the permission of every voice it was made from, for `use` and for `blend`.
 */
export function requirePermission(sealed: unknown, use: Use, circumstances: Circumstances): SealedRecord {
  const { revoked, data, today = todayHere() } = circumstances;
  const checked = parseSealed(sealed);
  if (isRevoked(checked, revoked, data)) throw revokedError(checked);
  // A record sealed this evening west of here, or this morning east of here, is in force at once.
  check(checked, use, { today, begun: circumstances.today ?? latestDay() }, 0);
  return checked;
}

/** The uses that a record and all its parents allow, regardless of dates. */
export function allowedUses(record: ConsentRecord): Use[] {
  return record.parents.reduce(
    (uses, parent) => uses.filter((use) => allowedUses(parent.record).includes(use)),
    record.uses,
  );
}

/** The last day on which a record and all its parents are valid; null if none of them has a last day. */
export function lastDay(record: ConsentRecord): string | null {
  return record.parents
    .map((parent) => lastDay(parent.record))
    .concat(record.until)
    .reduce((first, day) => (first === null || (day !== null && day < first) ? day : first), null);
}

/**
 * Whether a voice is revoked: its record, a recording it was made from, its data, or the voice of one of its parents.
 * Revocation by the record alone would end with the same data under another record.
 */
export function isRevoked(
  { record, sha256 }: SealedRecord,
  revoked: ReadonlySet<string>,
  data: readonly string[],
): boolean {
  const isKnown = (hash: string) => revoked.has(hash);
  return (
    [sha256, ...record.sources, ...data].some(isKnown) ||
    record.parents.some((parent) => isRevoked(parent, revoked, []))
  );
}

function revokedError({ record }: SealedRecord): ConsentError {
  const name = plainText(record.person.name);
  return new ConsentError('consent-revoked', m.provenance_revoked({ name, safe: m.provenance_safe() }));
}

interface Days {
  today: string;
  /** The latest day that has begun anywhere. */
  begun: string;
}

function check({ record }: SealedRecord, use: Use, days: Days, depth: number): void {
  const { today, begun } = days;
  const { from, until } = record;
  if (depth > MAX_DEPTH)
    throw new ConsentError('consent-invalid', m.provenance_too_deep({ safe: m.provenance_safe() }));
  if (begun < from) {
    const about = { ...whose(record), day: dayInWords(from), clock: clockWords(today) };
    throw new ConsentError('consent-not-yet', m.provenance_not_yet(about));
  }
  if (until !== null && today > until) {
    const about = { ...whose(record), day: dayInWords(until), clock: clockWords(today) };
    throw new ConsentError('consent-expired', m.provenance_expired(about));
  }
  if (!record.uses.includes(use)) throw new ConsentError('consent-use', NOT_ALLOWED[use](whose(record)));
  for (const parent of record.parents) {
    // parseSealed of the blend validated the parents' form but not their fingerprints.
    parseSealed(parent);
    for (const each of new Set<Use>([use, 'blend'])) check(parent, each, days, depth + 1);
  }
}

/** Whose voice it is, what is safe, and who can be asked. */
function whose({ person, revocationContact }: ConsentRecord) {
  return {
    name: plainText(person.name),
    safe: m.provenance_safe(),
    ask: m.provenance_ask({ contact: plainText(revocationContact) }),
  };
}

/** What day it is taken to be, so that a wrong clock can be recognised. */
function clockWords(today: string): string {
  const shown = localDay();
  return today === shown
    ? m.provenance_clock({ today: dayInWords(today) })
    : m.provenance_clock_back({ shown: dayInWords(shown), seen: dayInWords(today) });
}

/** `day`: `YYYY-MM-DD`. */
function dayInWords(day: string): string {
  return dateInWords(new Date(`${day}T00:00`));
}
