import * as v from 'valibot';
import { SOUNDS } from '../engine/types';
import { pieceSchema } from '../enrol/piece';
import type { SealedRecord } from '../provenance';

/*
 * Schemas of the rows in each object store. Rows are validated when they are read, since another version, a bug or a failing
 * disk may have written them. Rows of all earlier versions must be valid: fields added later have to be optional.
 */

const text = v.pipe(v.string(), v.maxLength(1000));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(100));
const number = v.pipe(v.number(), v.finite());
const time = v.pipe(v.number(), v.finite(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const sealedShape = v.object({ record: v.object({}), sha256 });

/** A sealed record, validated only as far as a list shows it; `requirePermission` parses it before each use of the voice. */
const sealed = v.custom<SealedRecord>((value) => v.is(sealedShape, value));

const length = {
  sampleRateHz: v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(1_000_000)),
  seconds: v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(100_000)),
};
const lengthSchema = v.object(length);

export type Length = v.InferOutput<typeof lengthSchema>;

/** Fields of a take, without its output. */
export const takeFields = {
  id,
  name: v.string(),
  /** Milliseconds since 1970. */
  createdAt: time,
  source: lengthSchema,
};

/** Fields of a converted take's output, without its consent record. */
export const outputFields = {
  ...length,
  voiceId: text,
  voiceName: text,
  backend: v.picklist(['wasm', 'webgpu']),
  /** Seconds of work per second of speech; live takes have none, since they were converted while they were spoken. */
  rtf: v.exactOptional(number),
  /** What heard the source: the small network alone, or the ear too. Outputs of earlier versions and of Live have none. */
  ear: v.exactOptional(v.picklist(['small', 'ear'])),
  /** Whether noise was taken from the source first. */
  isDenoised: v.exactOptional(v.boolean()),
  /** Hashes of the data of the voice, by which it can be revoked; outputs of earlier versions have none. */
  voiceData: v.exactOptional(v.pipe(v.array(sha256), v.maxLength(16))),
  controls: v.object({
    pitchShiftSt: number,
    autoPitch: v.boolean(),
    formantRatio: number,
    intonation: number,
    unvoicedLevelDb: number,
    /** Conversions of earlier versions have none. */
    sound: v.exactOptional(v.picklist(SOUNDS)),
  }),
};

const outputRow = v.object({
  ...outputFields,
  /** The consent record of the voice it was converted to; takes from before there were records have none. */
  consent: v.optional(sealed),
  /** See `sealOf` in src/store/seal/take-seal.ts; conversions of earlier versions are sealed when the store is upgraded. */
  seal: v.exactOptional(sha256),
});

export type OutputRow = v.InferOutput<typeof outputRow>;

/** A take without its samples; `sourceId` and `outputId` are samples ids in `chunks`. */
const takeRow = v.object({
  ...takeFields,
  sourceId: id,
  outputId: v.nullable(id),
  /** Null until the take has been converted. */
  output: v.nullable(outputRow),
});

export type TakeRow = v.InferOutput<typeof takeRow>;
export type TakeSummary = Omit<TakeRow, 'sourceId' | 'outputId'>;

const trackRow = {
  /** Samples id in `chunks`. */
  samplesId: id,
  sampleRateHz: length.sampleRateHz,
  /** Number of samples stored. */
  samples: v.pipe(v.number(), v.integer(), v.minValue(0)),
};

/** What is being recorded, or was when its tab ended. */
const draftRow = v.object({
  id,
  name: v.string(),
  /** Milliseconds since 1970. */
  createdAt: time,
  updatedAt: time,
  /** The unfinished voice that it is a recording for; null if it becomes a take. */
  enrolmentId: v.nullable(id),
  source: v.object(trackRow),
  /** The conversion of a live recording, with what its row will say but for its duration. */
  output: v.nullable(
    v.object({
      ...trackRow,
      about: v.omit(outputRow, ['seconds', 'seal']),
      /** See `draftSeal` in src/store/seal/take-seal.ts. */
      seal: sha256,
    }),
  ),
});

export type DraftRow = v.InferOutput<typeof draftRow>;

/** A voice as listed, without its file. */
const voiceRow = v.object({
  id: v.pipe(v.string(), v.regex(/^own-[A-Za-z0-9_-]{1,60}$/)),
  name: v.pipe(text, v.minLength(1)),
  language: text,
  description: text,
  /** Milliseconds since 1970. */
  createdAt: time,
  /** Size of its file. */
  bytes: time,
  sha256,
  /** Public key of whoever signed the file, hex. */
  signer: sha256,
  consent: sealed,
});

export type VoiceRow = v.InferOutput<typeof voiceRow>;

/** A consent record, a recording or an array of a voice's data that is revoked on this device. */
export const revocationSchema = v.object({
  sha256,
  /** Milliseconds since 1970. */
  at: time,
  reason: text,
});

export type Revocation = v.InferOutput<typeof revocationSchema>;

/** Fields of a recording, without its samples and pieces. */
export const recordingFields = {
  ...length,
  name: text,
  /** Of the file, or of the samples as they were recorded. */
  sha256,
};

const recordingRow = v.object({
  ...recordingFields,
  /** Samples id in `chunks`. */
  samplesId: id,
  pieces: v.array(pieceSchema),
});

export type RecordingRow = v.InferOutput<typeof recordingRow>;

/** Fields of an enrolment, without its consent record and recordings. */
export const enrolmentFields = {
  id,
  /** Milliseconds since 1970. */
  createdAt: time,
  about: v.object({ name: text, language: text, description: text }),
  step: v.picklist(['collect', 'listen', 'consent', 'train']),
};

/** An unfinished voice, which survives a reload. */
const enrolmentRow = v.object({
  ...enrolmentFields,
  consent: v.nullable(sealed),
  recordings: v.array(recordingRow),
});

export type EnrolmentRow = v.InferOutput<typeof enrolmentRow>;

export const isTakeRow = (row: unknown) => v.is(takeRow, row);
export const isVoiceRow = (row: unknown) => v.is(voiceRow, row);
export const isDraftRow = (row: unknown) => v.is(draftRow, row);
export const isEnrolmentRow = (row: unknown) => v.is(enrolmentRow, row);
export const isRevocation = (row: unknown) => v.is(revocationSchema, row);
