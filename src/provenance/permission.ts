import { latestDay, localDay, today as todayHere } from './clock';
import { parseSealed, type ConsentRecord, type SealedRecord, type Use } from './consent';
import { ConsentError } from './errors';

/** Blends of blends are allowed to this depth of parents. */
const MAX_DEPTH = 4;

export interface Circumstances {
  /** Fingerprints of the records revoked on this device. */
  revoked: ReadonlySet<string>;
  /** `YYYY-MM-DD`. Default: today by the calendar of this place, never before a day that this device has seen. */
  today?: string;
}

/** A sealed record, not validated yet, and the revocations of this device: the arguments of `requirePermission`. */
export interface Permission extends Circumstances {
  sealed: unknown;
}

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
  const { revoked, today = todayHere() } = circumstances;
  const checked = parseSealed(sealed);
  // A record sealed this evening west of here, or this morning east of here, is in force at once.
  check(checked, use, { revoked, today, begun: circumstances.today ?? latestDay() }, 0);
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

function check(
  { record, sha256 }: SealedRecord,
  use: Use,
  { revoked, today, begun }: Required<Circumstances> & { begun: string },
  depth: number,
): void {
  const whose = `the voice of ${record.person.name}`;
  const safe = 'Your recordings and other voices are safe.';
  const ask = `To ask for permission, write to ${record.revocationContact}.`;
  if (depth > MAX_DEPTH) {
    throw new ConsentError('consent-invalid', `This voice is blended from too many blends. ${safe}`);
  }
  if (revoked.has(sha256)) {
    throw new ConsentError(
      'consent-revoked',
      `Permission to use ${whose} has been revoked, so it cannot be used. ${safe} Choose another voice.`,
    );
  }
  if (begun < record.from) {
    throw new ConsentError(
      'consent-not-yet',
      `Permission to use ${whose} begins on ${record.from}, so it cannot be used yet. ${clockWords(today)} ${safe}`,
    );
  }
  if (record.until !== null && today > record.until) {
    throw new ConsentError(
      'consent-expired',
      `Permission to use ${whose} ended on ${record.until}, so it cannot be used. ${clockWords(today)} ${safe} ${ask}`,
    );
  }
  if (!record.uses.includes(use)) {
    throw new ConsentError(
      'consent-use',
      `The consent record does not allow ${whose} to ${USE_PHRASES[use]}. ${safe} ${ask}`,
    );
  }
  for (const parent of record.parents) {
    // parseSealed of the blend validated the parents' form but not their fingerprints.
    parseSealed(parent);
    for (const each of new Set<Use>([use, 'blend']))
      check(parent, each, { revoked, today, begun }, depth + 1);
  }
}

/** What day it is taken to be, so that a wrong clock can be recognised. */
function clockWords(today: string): string {
  const shown = localDay();
  return today === shown
    ? `By the clock of this device today is ${today}; if that is wrong, set the clock.`
    : `The clock of this device shows ${shown}, but it has shown ${today} before, and permission that has ended does not come back.`;
}
