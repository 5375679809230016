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

const SAFE = 'Your recordings and other voices are safe.';

/** Completes "The consent record does not allow the voice of ... to". */
const USE_PHRASES: Record<Use, string> = {
  convert: 'be used to convert recordings',
  preview: 'be previewed',
  live: 'be used live',
  blend: 'be blended with others or reshaped',
  export: 'leave this device',
  import: 'be stored on another device',
};

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
  return new ConsentError(
    'consent-revoked',
    `Permission to use the voice of ${plainText(record.person.name)} has been revoked, so it cannot be used. ${SAFE} Choose another voice.`,
  );
}

interface Days {
  today: string;
  /** The latest day that has begun anywhere. */
  begun: string;
}

function check({ record }: SealedRecord, use: Use, days: Days, depth: number): void {
  const { today, begun } = days;
  const whose = `the voice of ${plainText(record.person.name)}`;
  const ask = `To ask for permission, write to ${plainText(record.revocationContact)}.`;
  if (depth > MAX_DEPTH) {
    throw new ConsentError('consent-invalid', `This voice is blended from too many blends. ${SAFE}`);
  }
  if (begun < record.from) {
    throw new ConsentError(
      'consent-not-yet',
      `Permission to use ${whose} begins on ${record.from}, so it cannot be used yet. ${clockWords(today)} ${SAFE}`,
    );
  }
  if (record.until !== null && today > record.until) {
    throw new ConsentError(
      'consent-expired',
      `Permission to use ${whose} ended on ${record.until}, so it cannot be used. ${clockWords(today)} ${SAFE} ${ask}`,
    );
  }
  if (!record.uses.includes(use)) {
    throw new ConsentError(
      'consent-use',
      `The consent record does not allow ${whose} to ${USE_PHRASES[use]}. ${SAFE} ${ask}`,
    );
  }
  for (const parent of record.parents) {
    // parseSealed of the blend validated the parents' form but not their fingerprints.
    parseSealed(parent);
    for (const each of new Set<Use>([use, 'blend'])) check(parent, each, days, depth + 1);
  }
}

/** What day it is taken to be, so that a wrong clock can be recognised. */
function clockWords(today: string): string {
  const shown = localDay();
  return today === shown
    ? `By the clock of this device today is ${today}; if that is wrong, set the clock.`
    : `The clock of this device shows ${shown}, but it has shown ${today} before, and permission that has ended does not come back.`;
}
