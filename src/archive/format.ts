import * as v from 'valibot';
import { MAX_SECONDS } from '../audio/limits';
import { pieceFields } from '../enrol/piece';
import { enrolmentFields, outputFields, recordingFields, revocationSchema, takeFields } from '../store/rows';
import { scoresSchema } from '../store/quiz';
import { settingsSchema } from '../store/settings';
import { m } from '../text/messages';
import { ArchiveError, corrupt } from './errors';

export const FORMAT = 'understudy-archive';
export const VERSION = 1;
export const EXTENSION = 'understudy-all';
export const MANIFEST = 'manifest.json';
/** Largest offset in a zip file. */
export const MAX_ARCHIVE_BYTES = 2 ** 32 - 1;
export const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
/** All voices together: they are stored in one transaction, so all are in memory. */
const MAX_VOICES_BYTES = 512 * 1024 * 1024;
export const LIMITS = {
  entries: 65_000,
  /** The longest take at its highest rate, an hour at 48 kHz, plus a header. */
  entryBytes: MAX_SECONDS * 48_000 * 4 + 65_536,
};

const partSchema = v.strictObject({
  name: v.string(),
  bytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

/** An entry of the archive: its path, size and hash. */
export type Part = v.InferOutput<typeof partSchema>;

const takeSchema = v.object({
  ...takeFields,
  /** Samples before the conversion: [n] float32, little endian. */
  samples: partSchema,
  /** The output with its marked WAV; null without an output, or without permission to export it. */
  output: v.nullable(v.object({ ...outputFields, consent: v.unknown(), wav: partSchema })),
});

export type ArchivedTake = v.InferOutput<typeof takeSchema>;

const recordingSchema = v.object({
  ...recordingFields,
  pieces: v.array(
    v.object({
      ...pieceFields,
      embedding: v.pipe(v.array(v.pipe(v.number(), v.finite())), v.maxLength(1024)),
    }),
  ),
  /** [n] float32, little endian. */
  samples: partSchema,
});

const enrolmentSchema = v.object({
  ...enrolmentFields,
  consent: v.unknown(),
  recordings: v.array(recordingSchema),
});

export type ArchivedEnrolment = v.InferOutput<typeof enrolmentSchema>;

const manifestSchema = v.object({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  /** Milliseconds since 1970. */
  createdAt: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15)),
  /** `.understudy` files. */
  voices: v.array(partSchema),
  takes: v.array(takeSchema),
  enrolments: v.array(enrolmentSchema),
  revocations: v.array(revocationSchema),
  settings: settingsSchema,
  scores: scoresSchema,
});

export type Manifest = v.InferOutput<typeof manifestSchema>;

/** Throws `archive-corrupt` or `archive-newer`. */
export function parseArchiveManifest(bytes: ArrayBuffer): Manifest {
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw corrupt(m.archive_why_not_json(), cause);
  }
  const { format, version } = (raw ?? {}) as Record<string, unknown>;
  if (format === FORMAT && typeof version === 'number' && version > VERSION) {
    throw new ArchiveError('archive-newer', m.archive_newer());
  }
  const parsed = v.safeParse(manifestSchema, raw, { abortEarly: true });
  if (!parsed.success) throw corrupt(m.archive_why_list({ place: v.getDotPath(parsed.issues[0]) ?? '0' }));
  const { voices, takes, enrolments } = parsed.output;
  if (voices.reduce((sum, { bytes }) => sum + bytes, 0) > MAX_VOICES_BYTES)
    throw corrupt(m.archive_why_voices_large());
  const recordings = [
    ...takes.map(({ source, samples }) => ({ ...source, samples })),
    ...enrolments.flatMap(({ recordings }) => recordings),
  ];
  for (const { samples, seconds, sampleRateHz } of recordings)
    if (samples.bytes !== 4 * Math.round(seconds * sampleRateHz))
      throw corrupt(m.archive_why_length({ name: samples.name }));
  for (const rows of [takes, enrolments])
    if (new Set(rows.map(({ id }) => id)).size < rows.length) throw corrupt(m.archive_why_twice());
  return parsed.output;
}

/** All parts that a manifest names. */
export function partsOf({ voices, takes, enrolments }: Manifest): Part[] {
  return [
    ...voices,
    ...takes.flatMap(({ samples, output }) => [samples, ...(output ? [output.wav] : [])]),
    ...enrolments.flatMap(({ recordings }) => recordings.map(({ samples }) => samples)),
  ];
}
