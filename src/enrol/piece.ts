import * as v from 'valibot';

/** Why a piece is left out. */
export const REASONS = ['too-short', 'clipped', 'noisy', 'music', 'other-speaker'] as const;
export type Reason = (typeof REASONS)[number];

const number = v.pipe(v.number(), v.finite());
const time = v.pipe(number, v.minValue(0));

const qualitySchema = v.object({
  /** Level of its speech before denoising, dBFS. */
  levelDb: number,
  /** Level of the background noise before denoising, dBFS. */
  noiseDb: number,
  /** Share of its frames that are clipped, 0..1. */
  clippedShare: number,
  /** Share of its time-frequency bands that do not change within 50 ms, 0..1: high in music. */
  steadyShare: number,
});

export type PieceQuality = v.InferOutput<typeof qualitySchema>;

/** The fields of a piece, without its embedding. */
export const pieceFields = {
  startSeconds: time,
  endSeconds: time,
  quality: qualitySchema,
  /** Why the piece is left out; null if it is good. */
  reason: v.nullable(v.picklist(REASONS)),
  /** The user's decision, which overrules `reason`; `unheard` if there is none. */
  choice: v.picklist(['keep', 'drop', 'unheard']),
};

export const pieceSchema = v.object({
  ...pieceFields,
  /** [128], embedding of the speaker network less `SpeakerEncoder.meanVoice`; empty if the piece is too short for it. */
  embedding: v.instance(Float32Array),
});

/** A stretch of speech between pauses. */
export type Piece = v.InferOutput<typeof pieceSchema>;
