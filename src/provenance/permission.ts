import { parseSealed, type ConsentRecord, type SealedRecord, type Use } from './consent';
import { ConsentError } from './errors';
import { plainText } from './plain-text';

/** Blends of blends are allowed to this depth of parents. */
const MAX_DEPTH = 4;

export interface Circumstances {
  /** sha256 of what is revoked on this device: consent records, recordings, and data of voices. */
  revoked: ReadonlySet<string>;
  /** Hashes of the voice's own data (`dataHashes` in src/files/voice-data.ts). Without them only its record is looked up. */
  data?: readonly string[];
  /** `YYYY-MM-DD`. Default: the current date in UTC. */
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
  const today = circumstances.today ?? new Date().toISOString().slice(0, 10);
  const checked = parseSealed(sealed);
  const { revoked, data } = circumstances;
  if (isRevoked(checked, revoked, data)) throw revokedError(checked);
  check(checked, use, today, 0);
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
  data: readonly string[] = [],
): boolean {
  const isKnown = (hash: string) => revoked.has(hash);
  return (
    [sha256, ...record.sources, ...data].some(isKnown) ||
    record.parents.some((parent) => isRevoked(parent, revoked))
  );
}

function revokedError({ record }: SealedRecord): ConsentError {
  return new ConsentError(
    'consent-revoked',
    `Permission to use the voice of ${plainText(record.person.name)} has been revoked, so it cannot be used. ${SAFE} Choose another voice.`,
  );
}

function check({ record }: SealedRecord, use: Use, today: string, depth: number): void {
  const whose = `the voice of ${plainText(record.person.name)}`;
  const ask = `To ask for permission, write to ${plainText(record.revocationContact)}.`;
  if (depth > MAX_DEPTH) {
    throw new ConsentError('consent-invalid', `This voice is blended from too many blends. ${SAFE}`);
  }
  if (today < record.from) {
    throw new ConsentError(
      'consent-not-yet',
      `Permission to use ${whose} begins on ${record.from}, so it cannot be used yet. ${SAFE}`,
    );
  }
  if (record.until !== null && today > record.until) {
    throw new ConsentError(
      'consent-expired',
      `Permission to use ${whose} ended on ${record.until}, so it cannot be used. ${SAFE} ${ask}`,
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
    for (const each of new Set<Use>([use, 'blend'])) check(parent, each, today, depth + 1);
  }
}
