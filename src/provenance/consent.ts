import * as v from 'valibot';
import { canonicalBytes, type Canonical } from './canonical';
import { ConsentError } from './errors';
import { sha256Hex } from './sha256';

/** What a voice may be used for. */
export const USES = ['convert', 'preview', 'live', 'blend', 'export', 'import'] as const;
export type Use = (typeof USES)[number];

/** By what right a voice is lent. */
export const CAPACITIES = ['self', 'estate', 'archive', 'public-domain', 'synthetic'] as const;
export type Capacity = (typeof CAPACITIES)[number];

const MAX_PARENTS = 8;
const MAX_SOURCES = 2000;

const text = (low: number, high: number) => v.pipe(v.string(), v.trim(), v.minLength(low), v.maxLength(high));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const date = v.pipe(
  v.string(),
  v.isoDate(),
  v.check((day) => !Number.isNaN(Date.parse(day)), 'there is no such day'),
);
const whole = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

const personSchema = v.strictObject({
  name: text(1, 200),
  /** `nobody`: no person ever had this voice. */
  status: v.picklist(['living', 'deceased', 'nobody']),
  deathYear: v.optional(whole(1800, 2200)),
});

const proofSchema = v.variant('kind', [
  /** A letter, a contract, a licence: its file's hash. */
  v.strictObject({ kind: v.literal('file'), sha256, fileName: text(1, 300) }),
  /** The sentence that the person read aloud when asked, and how like the recordings it was. */
  v.strictObject({
    kind: v.literal('spoken'),
    sha256,
    sentence: text(1, 500),
    similarityPercent: whole(-100, 100),
  }),
  /** What is known of an origin that needs no paper. */
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
    v.check((uses) => new Set(uses).size === uses.length, 'a use is named twice'),
  ),
  /** First and last day; null lasts until it is revoked. */
  from: date,
  until: v.nullable(date),
  /** Whom to write to, to take it back. */
  revocationContact: text(1, 300),
};

export type ConsentRecord = v.InferOutput<v.StrictObjectSchema<typeof fields, undefined>> & {
  /** Of a blend: the records of the voices it was made from. */
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

/** What in a record cannot be true together; null when all can. */
function contradiction({
  person,
  rightsHolder: { capacity },
  proof,
  from,
  until,
  parents,
}: ConsentRecord): string | null {
  if ((person.status === 'deceased') !== (person.deathYear !== undefined))
    return 'a year of death belongs to the dead, and only to them';
  if (until !== null && until < from) return 'it ends before it begins';
  if ((capacity === 'synthetic') !== (person.status === 'nobody'))
    return 'a synthetic voice is nobody’s, and only that one is';
  if (parents.length > 0 && capacity !== 'synthetic') return 'only a synthetic voice has parents';
  if (capacity === 'self' && person.status !== 'living') return 'only the living speak for themselves';
  if (capacity === 'self' && proof.kind !== 'spoken') return 'who lends their own voice says so aloud';
  if (capacity === 'estate' && person.status !== 'deceased') return 'an estate speaks for the dead';
  if ((capacity === 'estate' || capacity === 'archive') && proof.kind !== 'file')
    return 'an estate and an archive prove their right with a file';
  return null;
}

/** Checks the form of a record, whoever wrote it. Throws `consent-invalid`. */
export function parseRecord(raw: unknown): ConsentRecord {
  return parsed(recordSchema, raw);
}

/** Checks the form of a record and its fingerprint. Throws `consent-missing`, `consent-invalid`, `consent-altered`. */
export function parseSealed(raw: unknown): SealedRecord {
  if (raw === null || raw === undefined) {
    throw new ConsentError(
      'consent-missing',
      'This voice has no consent record, so it is not used. Your recordings and other voices are safe. Ask whoever gave you the voice for one that has a record, or choose another voice.',
    );
  }
  const sealed = parsed(sealedSchema, raw);
  if (fingerprint(sealed.record) !== sealed.sha256) {
    throw new ConsentError(
      'consent-altered',
      'The consent record of this voice has been changed since it was given, so the voice is not used. Your recordings and other voices are safe. Fetch the voice again from where it came from, or choose another one.',
    );
  }
  return sealed;
}

export function seal(record: ConsentRecord): SealedRecord {
  const checked = parseRecord(record);
  return { record: checked, sha256: fingerprint(checked) };
}

/** sha256 of a record's canonical form. */
export function fingerprint(record: ConsentRecord): string {
  return sha256Hex(canonicalBytes(record as unknown as Canonical));
}

/** The first 24 bits of a fingerprint, as a mark's payload carries them. */
export function fingerprint24({ sha256: hash }: SealedRecord): number {
  return Number.parseInt(hash.slice(0, 6), 16);
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, raw: unknown): T {
  const result = safely(() => v.safeParse(schema, raw, { abortEarly: true }));
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue);
  throw invalid(`${where ? `at ${where}, ` : ''}${issue.message}`);
}

/** Records in records without end exhaust the stack before any limit is seen. */
function safely<T>(task: () => T): T {
  try {
    return task();
  } catch (cause) {
    throw cause instanceof RangeError ? invalid('it is nested too deep') : cause;
  }
}

function invalid(why: string): ConsentError {
  return new ConsentError(
    'consent-invalid',
    `This consent record cannot be used: ${why}. Nothing was changed. Correct the record, or ask for another one.`,
  );
}
