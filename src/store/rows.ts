import * as v from 'valibot';
import type { TakeRow } from './db';
import type { EnrolmentRow } from './enrolments';
import type { Revocation, VoiceRow } from './voices';

/** Whether what lies in a store is what was put there: another version, a bug or a bad disk may have written it. */
const holds =
  <T>(schema: v.GenericSchema<unknown, unknown>) =>
  (row: unknown): row is T =>
    v.is(schema, row);

const text = v.pipe(v.string(), v.maxLength(1000));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(100));
const number = v.pipe(v.number(), v.finite());
const time = v.pipe(v.number(), v.finite(), v.minValue(0));
const length = {
  sampleRateHz: v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(1_000_000)),
  seconds: v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(100_000)),
};
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** What a take is, but for what it was converted to. */
export const takeFields = { id, name: v.string(), createdAt: time, source: v.object(length) };

export const outputFields = {
  ...length,
  voiceId: text,
  voiceName: text,
  backend: v.picklist(['wasm', 'webgpu']),
  rtf: v.exactOptional(number),
  controls: v.object({
    pitchShiftSt: number,
    autoPitch: v.boolean(),
    formantRatio: number,
    intonation: number,
    unvoicedLevelDb: number,
  }),
};

export const isTakeRow = holds<TakeRow>(
  v.object({
    ...takeFields,
    sourceId: id,
    outputId: v.nullable(id),
    output: v.nullable(v.object(outputFields)),
  }),
);

export const isVoiceRow = holds<VoiceRow>(
  v.object({
    id: v.pipe(v.string(), v.regex(/^own-[A-Za-z0-9_-]{1,60}$/)),
    name: v.pipe(text, v.minLength(1)),
    language: text,
    description: text,
    createdAt: time,
    bytes: time,
    sha256,
    signer: sha256,
    consent: v.object({ record: v.object({}), sha256 }),
  }),
);

export const revocationSchema = v.object({ sha256, at: time, reason: text });
export const isRevocation = holds<Revocation>(revocationSchema);

const quality = v.object({
  levelDb: number,
  noiseDb: number,
  clippedShare: number,
  steadyShare: number,
});

/** Of a piece of a recording, but for its speaker. */
export const pieceFields = {
  startSeconds: time,
  endSeconds: time,
  quality,
  reason: v.nullable(text),
  choice: v.picklist(['keep', 'drop', 'unheard']),
};

export const recordingFields = { ...length, name: text, sha256 };

export const enrolmentFields = {
  id,
  createdAt: time,
  about: v.object({ name: text, language: text, description: text }),
  step: v.picklist(['collect', 'listen', 'consent', 'train']),
};

export const isEnrolmentRow = holds<EnrolmentRow>(
  v.object({
    ...enrolmentFields,
    consent: v.nullable(v.object({ record: v.object({}), sha256 })),
    recordings: v.array(
      v.object({
        ...recordingFields,
        samplesId: id,
        pieces: v.array(v.object({ ...pieceFields, embedding: v.instance(Float32Array) })),
      }),
    ),
  }),
);
