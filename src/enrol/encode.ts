import { clamp, concat } from '../dsp/arrays';
import { ContentEncoder } from '../engine/content';
import { EngineError, throwIfCancelled } from '../engine/errors';
import { Frontend, type SpectrumFrames } from '../engine/analysis/frontend';
import type { Networks } from '../engine/backends/network';
import { inRegister, medianF0Hz, speechLevelDb } from '../engine/analysis/profile';
import { trackPitch } from '../engine/analysis/track';
import { ANALYSIS_HOP, ANALYSIS_RATE_HZ, LOG_PER_DB } from '../dsp/signal';
import { BANDS, CODE_SIZE, FRAMES_PER_CODE, LOG_MEL_FLOOR, TIMBRE_BANDS } from '../engine/shapes';
import { nextTask } from '../dsp/task';
import type { VoiceData } from '../engine/voice';
import { cluster, sumByCentre } from './cluster';
import type { Restorer } from './restorer';
import type { SpeakerEncoder } from './speaker-encoder';
import type { TrainingInput } from './types';

const CODES = 512;
/** Codes that are clustered at most, as models/pipeline/export.py does: four minutes of speech. */
const MAX_CODES = 12000;
const ACTIVE_DB = -50;
const RETRIEVAL_BLEND = 0.5;
const TEXTURE_BLEND = 0.3;
/** Shares of the work, measured on five minutes of speech. */
const ENCODE_SHARE = 0.6;
/** A voice from less is not one: seconds of active speech. */
export const LEAST_SECONDS = 10;
const CONTENT_FRAMES = 1000;

export type VoiceVectors = Omit<VoiceData, 'id' | 'name'>;

export interface EncodeOptions {
  networks: Pick<Networks, 'content' | 'makeTensor' | 'queue'>;
  speaker: SpeakerEncoder;
  restorer: Restorer;
  signal?: AbortSignal | undefined;
  /** 0..1. */
  onProgress?: (fraction: number) => void;
}

/** A piece with its spectrum: `logMel` [n, 80], `loudnessDb` [n]. */
type Heard = Pick<SpectrumFrames, 'logMel' | 'loudnessDb'> & { samples: Float32Array };

/** What one piece adds to a voice. */
interface Encoded {
  seconds: number;
  embedding: Float32Array;
  /** [n, 128] and [n, 40] of its active codes. */
  codes: Float32Array;
  timbre: Float32Array;
  f0Hz: Float32Array;
  loudnessDb: Float32Array;
}

/** The pieces that were kept, as samples at 16 kHz. */
export function cutsOf(recordings: TrainingInput['recordings']): Float32Array[] {
  return recordings.flatMap(({ samples, pieces }) =>
    pieces.map(({ startSeconds, endSeconds }) =>
      samples.subarray(
        Math.round(startSeconds * ANALYSIS_RATE_HZ),
        Math.round(endSeconds * ANALYSIS_RATE_HZ),
      ),
    ),
  );
}

/**
 * Makes a voice from cleaned pieces at 16 kHz: its embedding, its codebook with the timbre found there, its
 * pitch and level. Equal in kind to what models/pipeline/export.py publishes.
 *
 * Rejects with `input-empty` for less than ten seconds of speech, `cancelled`, or what the networks throw.
 */
export async function encodeVoice(
  cuts: readonly Float32Array[],
  { networks, speaker, restorer, signal, onProgress }: EncodeOptions,
): Promise<VoiceVectors> {
  const total = cuts.reduce((sum, cut) => sum + cut.length, 0);
  const heard: Heard[] = [];
  for (const cut of cuts) {
    await nextTask();
    throwIfCancelled(signal);
    heard.push({ samples: cut, ...new Frontend().push(cut) });
  }
  const spectra = heard.map(({ logMel }) => logMel);
  const restored = await restorer.restore(spectra, signal);
  const parts: Encoded[] = [];
  let done = 0;
  for (const [i, piece] of heard.entries()) {
    await nextTask();
    throwIfCancelled(signal);
    parts.push(await encodePiece(piece, restored[i]!, networks, speaker));
    done += piece.samples.length;
    onProgress?.((ENCODE_SHARE * done) / total);
  }
  const active = parts.reduce((sum, part) => sum + part.codes.length / CODE_SIZE, 0);
  if ((active * FRAMES_PER_CODE * ANALYSIS_HOP) / ANALYSIS_RATE_HZ < LEAST_SECONDS) {
    throw new EngineError(
      'input-empty',
      `There are less than ${LEAST_SECONDS} seconds of good speech here, too few for a voice. The recordings are safe. Add more of them, or keep pieces that were left out.`,
    );
  }
  return assemble(parts, signal, (fraction) => onProgress?.(ENCODE_SHARE + (1 - ENCODE_SHARE) * fraction));
}

/** `restored` [n, 80]: `logMel` as it was before the noise; the timbre alone is read off it. */
async function encodePiece(
  { samples, logMel, loudnessDb }: Heard,
  restored: Float32Array,
  networks: EncodeOptions['networks'],
  speaker: SpeakerEncoder,
): Promise<Encoded> {
  const { f0Hz } = trackPitch(samples, loudnessDb);
  const codes = await contentCodes(logMel, networks);
  const count = Math.floor(loudnessDb.length / FRAMES_PER_CODE);
  const kept: number[] = [];
  for (let n = 0; n < count; n++) {
    if (Math.max(loudnessDb[2 * n]!, loudnessDb[2 * n + 1]!) > ACTIVE_DB) kept.push(n);
  }
  const gather = (rows: Float32Array, size: number) => {
    const out = new Float32Array(kept.length * size);
    kept.forEach((n, i) => out.set(rows.subarray(n * size, (n + 1) * size), i * size));
    return out;
  };
  return {
    seconds: samples.length / ANALYSIS_RATE_HZ,
    embedding: await speaker.embed(logMel),
    codes: gather(codes, CODE_SIZE),
    timbre: gather(timbreOf(restored, loudnessDb), TIMBRE_BANDS),
    f0Hz,
    loudnessDb,
  };
}

/** `contentCodes` [n, 128] of a whole piece, `logMel` [2 n (+ 1), 80]. */
export async function contentCodes(
  logMel: Float32Array,
  networks: EncodeOptions['networks'],
): Promise<Float32Array> {
  const content = new ContentEncoder(networks);
  const count = Math.floor(logMel.length / (BANDS * FRAMES_PER_CODE));
  const codes = new Float32Array(count * CODE_SIZE);
  const width = BANDS * FRAMES_PER_CODE;
  // The look-ahead at the end is fed with silence.
  const padded = new Float32Array((count + networks.content.lookAheadFrames) * width).fill(LOG_MEL_FLOOR);
  padded.set(logMel.subarray(0, count * width));
  try {
    let done = 0;
    for (let at = 0; at < padded.length; at += CONTENT_FRAMES * BANDS) {
      const part = await content.push(padded.slice(at, at + CONTENT_FRAMES * BANDS));
      codes.set(part.subarray(0, codes.length - done), done);
      done += part.length;
    }
  } finally {
    content.dispose();
  }
  return codes;
}

/** [n, 40]: neighbouring bands and frames of `logMel` averaged, the loudness taken out. */
function timbreOf(logMel: Float32Array, loudnessDb: Float32Array): Float32Array {
  const count = Math.floor(loudnessDb.length / FRAMES_PER_CODE);
  const timbre = new Float32Array(count * TIMBRE_BANDS);
  for (let t = 0; t < FRAMES_PER_CODE * count; t++) {
    const row = (t >> 1) * TIMBRE_BANDS;
    for (let band = 0; band < BANDS; band++) {
      timbre[row + (band >> 1)]! += (logMel[t * BANDS + band]! - LOG_PER_DB * loudnessDb[t]!) / 4;
    }
  }
  return timbre;
}

async function assemble(
  parts: Encoded[],
  signal: AbortSignal | undefined,
  onProgress: (fraction: number) => void,
): Promise<VoiceVectors> {
  const codes = thinned(
    parts.map((part) => part.codes),
    CODE_SIZE,
  );
  const timbres = thinned(
    parts.map((part) => part.timbre),
    TIMBRE_BANDS,
  );
  const { centres, nearest } = await cluster(codes, CODE_SIZE, CODES, signal, onProgress);
  const { sums, counts } = sumByCentre(timbres, nearest, TIMBRE_BANDS, CODES);
  const { sums: all } = sumByCentre(timbres, new Int32Array(nearest.length), TIMBRE_BANDS, 1);
  const timbre = Float32Array.from(sums, (sum, i) => {
    const count = counts[Math.floor(i / TIMBRE_BANDS)]!;
    // A code that nothing is near sounds as the voice does on the whole.
    return count > 0 ? sum / count : all[i % TIMBRE_BANDS]! / nearest.length;
  });
  const f0Hz = concat(parts.map((part) => part.f0Hz));
  const median = medianF0Hz(f0Hz);
  return {
    embedding: meanOf(parts),
    codebook: centres,
    timbre,
    medianF0Hz: clamp(median || 150, 40, 800),
    f0StdSt: spreadSt(f0Hz),
    speechLevelDb: clamp(speechLevelDb(concat(parts.map((part) => part.loudnessDb))), -80, 0),
    retrievalBlend: RETRIEVAL_BLEND,
    textureBlend: TEXTURE_BLEND,
  };
}

function meanOf(parts: Encoded[]): Float32Array {
  const total = parts.reduce((sum, part) => sum + part.seconds, 0);
  const mean = new Float32Array(CODE_SIZE);
  for (const { embedding, seconds } of parts)
    embedding.forEach((value, i) => (mean[i]! += (value * seconds) / total));
  return mean;
}

/** Standard deviation of log F0 in semitones over voiced frames. */
function spreadSt(f0Hz: Float32Array): number {
  const steps = Array.from(inRegister(f0Hz), (hz) => 12 * Math.log2(hz));
  if (steps.length === 0) return 0;
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  return Math.sqrt(steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / steps.length);
}

/** All rows in one array; where there are too many, evenly chosen ones. */
function thinned(parts: Float32Array[], size: number): Float32Array {
  const rows = concat(parts);
  const n = rows.length / size;
  if (n <= MAX_CODES) return rows;
  const out = new Float32Array(MAX_CODES * size);
  for (let i = 0; i < MAX_CODES; i++) {
    const row = Math.floor((i * n) / MAX_CODES);
    out.set(rows.subarray(row * size, (row + 1) * size), i * size);
  }
  return out;
}
