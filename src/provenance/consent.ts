import * as v from 'valibot';
import { m } from '../text/messages';
import { canonicalBytes, type Canonical } from './canonical';
import { ConsentError } from './errors';
import { sha256Hex } from './sha256';

/** The uses that a record can allow. */
export const USES = ['convert', 'preview', 'live', 'blend', 'export', 'import'] as const;
export type Use = (typeof USES)[number];

/** The right by which the rights holder gives consent. */
export const CAPACITIES = ['self', 'estate', 'archive', 'public-domain', 'synthetic'] as const;
export type Capacity = (typeof CAPACITIES)[number];

const MAX_PARENTS = 8;
/** Records of a blend and all its ancestors together. */
const MAX_RECORDS = 64;
const MAX_SOURCES = 2000;

const text = (low: number, high: number) => v.pipe(v.string(), v.trim(), v.minLength(low), v.maxLength(high));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const date = v.pipe(
  v.string(),
  v.isoDate(),
  v.check(isDay, () => m.provenance_no_such_day()),
);
/** Whether the calendar has it: `Date.parse` takes 31 February for 3 March. */
function isDay(day: string): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

const integer = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

const personSchema = v.strictObject({
  name: text(1, 200),
  /** `nobody`: a synthetic voice. Signed records hold this value, so it cannot be renamed. */
  status: v.picklist(['living', 'deceased', 'nobody']),
  deathYear: v.optional(integer(1800, 2200)),
});

const proofSchema = v.variant('kind', [
  /** A letter, contract or licence, by the hash of its file. */
  v.strictObject({ kind: v.literal('file'), sha256, fileName: text(1, 300) }),
  /** The permission sentence that the person read aloud, and the similarity of that reading to the recordings. */
  v.strictObject({
    kind: v.literal('spoken'),
    sha256,
    sentence: text(1, 500),
    similarityPercent: integer(-100, 100),
  }),
  /** A description of an origin that needs no document. */
  v.strictObject({ kind: v.literal('statement'), statement: text(1, 2000) }),
]);

const fields = {
  version: v.literal(1),
  person: personSchema,
  rightsHolder: v.strictObject({ name: text(1, 200), capacity: v.picklist(CAPACITIES) }),
  proof: proofSchema,
  /** sha256 of every recording the voice was made from. */
  sources: v.pipe(v.array(sha256), v.maxLength(MAX_SOURCES)),
  uses: v.pipe(
    v.array(v.picklist(USES)),
    v.minLength(1),
    v.check(
      (uses) => new Set(uses).size === uses.length,
      () => m.provenance_use_twice(),
    ),
  ),
  /** First and last day, `YYYY-MM-DD`; null is valid until revoked. */
  from: date,
  until: v.nullable(date),
  /** Address for requests to revoke it. */
  revocationContact: text(1, 300),
};

export type ConsentRecord = v.InferOutput<v.StrictObjectSchema<typeof fields, undefined>> & {
  /** The records of the voices that a blend was made from. */
  parents: SealedRecord[];
};

/** A record with its fingerprint: the sha256 of its canonical form. */
export interface SealedRecord {
  record: ConsentRecord;
  sha256: string;
}

const recordSchema: v.GenericSchema<unknown, ConsentRecord> = v.pipe(
  v.strictObject({
    ...fields,
    parents: v.pipe(v.array(v.lazy(() => sealedSchema)), v.maxLength(MAX_PARENTS)),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    const why = dataset.typed ? contradiction(dataset.value) : null;
    if (why) addIssue({ message: why });
  }),
);

const sealedSchema: v.GenericSchema<unknown, SealedRecord> = v.strictObject({ record: recordSchema, sha256 });

/** A contradiction between the fields of a record, for the end of a message; null if there is none. */
function contradiction({
  person,
  rightsHolder: { capacity },
  proof,
  from,
  until,
  parents,
}: ConsentRecord): string | null {
  if ((person.status === 'deceased') !== (person.deathYear !== undefined)) return m.provenance_death_year();
  if (until !== null && until < from) return m.provenance_ends_first();
  if ((capacity === 'synthetic') !== (person.status === 'nobody')) return m.provenance_synthetic();
  if (parents.length > 0 && capacity !== 'synthetic') return m.provenance_parents();
  if (capacity === 'self' && person.status !== 'living') return m.provenance_self_living();
  if (capacity === 'self' && proof.kind !== 'spoken') return m.provenance_self_spoken();
  if (capacity === 'estate' && person.status !== 'deceased') return m.provenance_estate();
  if ((capacity === 'estate' || capacity === 'archive') && proof.kind !== 'file')
    return m.provenance_file_needed();
  return null;
}

/** Validates a record. Throws `consent-invalid`. */
export function parseRecord(raw: unknown): ConsentRecord {
  return parsed(recordSchema, raw);
}

/** Validates a record and its fingerprint. Throws `consent-missing`, `consent-invalid` or `consent-altered`. */
export function parseSealed(raw: unknown): SealedRecord {
  if (raw === null || raw === undefined) {
    throw new ConsentError('consent-missing', m.provenance_missing({ safe: m.provenance_safe() }));
  }
  const sealed = parsed(sealedSchema, raw);
  if (fingerprint(sealed.record) !== sealed.sha256) {
    throw new ConsentError('consent-altered', m.provenance_altered({ safe: m.provenance_safe() }));
  }
  return sealed;
}

/** Validates a record and adds its fingerprint. Throws `consent-invalid`. */
export function seal(record: ConsentRecord): SealedRecord {
  const checked = parseRecord(record);
  return { record: checked, sha256: fingerprint(checked) };
}

/** sha256 of a record's canonical form. */
export function fingerprint(record: ConsentRecord): string {
  return sha256Hex(canonicalBytes(record as unknown as Canonical));
}

/** The first 24 bits of a fingerprint: the id in the watermark's payload. */
export function fingerprint24({ sha256: hash }: SealedRecord): number {
  return Number.parseInt(hash.slice(0, 6), 16);
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, raw: unknown): T {
  limitRecords(raw);
  const result = limitDepth(() => v.safeParse(schema, raw, { abortEarly: true }));
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue);
  if (issue.type === 'check' || issue.type === 'raw_check')
    throw invalid(field ? `${issue.message} (${field})` : issue.message);
  throw invalid(field ? m.provenance_field({ field }) : m.provenance_no_record());
}

/** Throws `consent-invalid` for more records than MAX_RECORDS, before any of them is parsed or hashed. */
function limitRecords(raw: unknown): void {
  const waiting = [raw];
  for (let found = 0; waiting.length > 0; found++) {
    if (found >= MAX_RECORDS) throw invalid(m.provenance_too_many({ count: MAX_RECORDS }));
    const each = waiting.pop() as { record?: { parents?: unknown }; parents?: unknown } | null | undefined;
    const parents = each?.record?.parents ?? each?.parents;
    if (Array.isArray(parents)) waiting.push(...(parents as unknown[]).slice(0, MAX_RECORDS));
  }
}

/** Throws `consent-invalid` if `parse` overflows the stack, as it does for very deeply nested records. */
function limitDepth<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw cause instanceof RangeError ? invalid(m.provenance_nested()) : cause;
  }
}

function invalid(why: string): ConsentError {
  return new ConsentError('consent-invalid', m.provenance_invalid({ why }));
}
