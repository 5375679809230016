import { clamp } from '../dsp/arrays';
import { BANDS, CODE_SIZE, TIMBRE_BANDS } from '../engine/shapes';
import type { VoiceData } from '../engine/voice';
import {
  allowedUses,
  BLEND_STATEMENT,
  lastDay,
  seal,
  USES,
  type ConsentRecord,
  type SealedRecord,
} from '../provenance';
import type { VoiceVectors } from './encode';
import type { ShapeControls } from './types';

export interface BlendPart {
  voice: VoiceData;
  /** > 0. Weights need not add up to 1. */
  weight: number;
}

/** Largest change of the formant frequencies by `size`. */
const SIZE_RANGE = 0.15;
/** Difference between the highest and the lowest band at a `breath` of 1, natural log of power. */
const BREATH_TILT = 1.2;

/**
 * Blends voices: weighted means of embeddings, colours, log F0 and levels; the codebook takes rows (with their timbre) from
 * each voice in proportion to its weight.
 *
 * Rows of different voices are not averaged, because row k of one voice is not the same sound as row k of another. The
 * adapter is left out, because it was trained for one voice alone.
 */
export function blendVoices(parts: BlendPart[], { pitchSt, size, breath }: ShapeControls): VoiceVectors {
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  const mean = (value: (part: BlendPart) => number) =>
    parts.reduce((sum, part) => sum + (part.weight / total) * value(part), 0);
  const first = parts[0]!.voice;
  const codes = first.codebook.length / CODE_SIZE;
  const codebook = new Float32Array(codes * CODE_SIZE);
  const timbre = new Float32Array(codes * TIMBRE_BANDS);
  // A low-discrepancy sequence: each voice gets its share of the rows, evenly spread over the codebook.
  const due = parts.map(() => 0);
  for (let row = 0; row < codes; row++) {
    parts.forEach((part, i) => (due[i]! += part.weight / total));
    const chosen = due.indexOf(Math.max(...due));
    due[chosen]! -= 1;
    const { voice } = parts[chosen]!;
    const from = row % (voice.codebook.length / CODE_SIZE);
    codebook.set(voice.codebook.subarray(from * CODE_SIZE, (from + 1) * CODE_SIZE), row * CODE_SIZE);
    const timbreRow = voice.timbre.subarray(from * TIMBRE_BANDS, (from + 1) * TIMBRE_BANDS);
    timbre.set(reshape(timbreRow, size, breath), row * TIMBRE_BANDS);
  }
  const hasColour = parts.some((part) => part.voice.colour);
  return {
    embedding: Float32Array.from({ length: CODE_SIZE }, (_, i) => mean((part) => part.voice.embedding[i]!)),
    codebook,
    timbre,
    ...(hasColour && {
      colour: Float32Array.from({ length: BANDS }, (_, i) => mean((part) => part.voice.colour?.[i] ?? 0)),
    }),
    medianF0Hz: clamp(2 ** mean((part) => Math.log2(part.voice.medianF0Hz)) * 2 ** (pitchSt / 12), 40, 800),
    f0StdSt: mean((part) => part.voice.f0StdSt),
    speechLevelDb: mean((part) => part.voice.speechLevelDb),
    retrievalBlend: mean((part) => part.voice.retrievalBlend),
    textureBlend: mean((part) => part.voice.textureBlend),
  };
}

/** The record of a blend: a synthetic voice with the records of its parents, which allows only the uses and days that all of them allow. */
export function blendRecord(
  parents: SealedRecord[],
  maker: { name: string; voiceName: string; today: string },
): SealedRecord {
  const record: ConsentRecord = {
    version: 1,
    person: { name: maker.voiceName, status: 'nobody' },
    rightsHolder: { name: maker.name, capacity: 'synthetic' },
    proof: {
      kind: 'statement',
      statement: BLEND_STATEMENT,
    },
    sources: [],
    uses: [...USES],
    from: maker.today,
    until: null,
    revocationContact: [...new Set(parents.map((parent) => parent.record.revocationContact))]
      .join('; ')
      .slice(0, 300),
    parents,
  };
  return seal({ ...record, uses: allowedUses(record), until: lastDay(record) });
}

/** A row of timbre stretched along the bands by `size` (interpolated linearly) and tilted by `breath`. */
function reshape(row: Float32Array, size: number, breath: number): Float32Array {
  const ratio = 1 + SIZE_RANGE * size;
  return row.map((_, band) => {
    const at = Math.min(row.length - 1, band / ratio);
    const low = Math.floor(at);
    const value = row[low]! + (at - low) * ((row[low + 1] ?? row[low]!) - row[low]!);
    return value + BREATH_TILT * breath * (band / (row.length - 1) - 0.5);
  });
}
