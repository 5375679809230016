import * as v from 'valibot';

/** Why a piece is left out. */
export const REASONS = ['too-short', 'clipped', 'noisy', 'music', 'other-speaker'] as const;
export type Reason = (typeof REASONS)[number];

const number = v.pipe(v.number(), v.finite());
const time = v.pipe(number, v.minValue(0));

const qualitySchema = v.object({
  /** Level of its speech, dBFS. */
  levelDb: number,
  /** Level of what lies beneath the speech, dBFS, before cleaning. */
  noiseDb: number,
  /** Share of its frames that are clipped, 0..1. */
  clippedShare: number,
  /** Share of its bands that are held, 0..1: in music many are. */
  steadyShare: number,
});

export type PieceQuality = v.InferOutput<typeof qualitySchema>;

/** Of a piece, without its embedding. */
export const pieceFields = {
  startSeconds: time,
  endSeconds: time,
  quality: qualitySchema,
  /** Null for a piece that is good. */
  reason: v.nullable(v.picklist(REASONS)),
  /** What the user said of it; it outweighs the reason. */
  choice: v.picklist(['keep', 'drop', 'unheard']),
};

export const pieceSchema = v.object({
  ...pieceFields,
  /** [128], of the speaker network less the middle of all voices; empty where the piece is too short for it. */
  embedding: v.instance(Float32Array),
});

/** A stretch of speech between pauses. */
export type Piece = v.InferOutput<typeof pieceSchema>;
