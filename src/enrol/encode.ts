import { m } from '../text/messages';
import { clamp, concat } from '../dsp/arrays';
import { ContentEncoder } from '../engine/content';
import { EngineError, throwIfCancelled } from '../engine/errors';
import { Frontend, type SpectrumFrames } from '../engine/analysis/frontend';
import type { Networks } from '../engine/backends/network';
import { inRegister, medianF0Hz, speechLevelDb } from '../engine/analysis/profile';
import { trackPitch } from '../engine/analysis/track';
import { ANALYSIS_HOP, ANALYSIS_RATE_HZ, LOG_PER_DB } from '../dsp/signal';
import { BANDS, CODE_SIZE, FRAMES_PER_CODE, LOG_MEL_FLOOR, TIMBRE_BANDS } from '../engine/shapes';
import { quantity } from '../text/format';
import { nextTask } from '../dsp/task';
import type { VoiceData } from '../engine/voice';
import { cluster, sumByCentre } from './cluster';
import type { Restorer } from './restorer';
import type { SpeakerEncoder } from './speaker-encoder';
import type { TrainingInput } from './types';

const CODES = 512;
/** At most this many codes are clustered: four minutes of speech, as in models/pipeline/voices.py. */
const MAX_CODES = 12000;
/** Codes whose two frames are both quieter are left out, dBFS. */
const ACTIVE_DB = -50;
const RETRIEVAL_BLEND = 0.5;
const TEXTURE_BLEND = 0.3;
/** Share of the computing time before clustering, measured on five minutes of speech. */
const ENCODE_SHARE = 0.6;
/** Seconds of active speech that a voice needs. */
const MIN_SPEECH_SECONDS = 10;
/** Frames per run of the content network. */
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

/** Samples of a piece at 16 kHz, with `logMel` [n, 80] and `loudnessDb` [n]. */
type AnalysedPiece = Pick<SpectrumFrames, 'logMel' | 'loudnessDb'> & { samples: Float32Array };

/** The features of one piece of which a voice is made. */
interface EncodedPiece {
  seconds: number;
  embedding: Float32Array;
  /** [n, 128] and [n, 40], of the active codes. */
  codes: Float32Array;
  timbre: Float32Array;
  f0Hz: Float32Array;
  loudnessDb: Float32Array;
}

/** The samples of all pieces of the recordings, at 16 kHz. */
export function pieceSamples(recordings: TrainingInput['recordings']): Float32Array[] {
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
 * Makes a voice from cleaned pieces of speech at 16 kHz: embedding, codebook with the timbre of each code, median F0 and
 * level. The same kind of voice as `publish_voice` of models/pipeline/export.py makes.
 *
 * Rejects with `input-empty` for less than ten seconds of speech, `cancelled`, or the error of a network.
 */
export async function encodeVoice(
  pieces: readonly Float32Array[],
  { networks, speaker, restorer, signal, onProgress }: EncodeOptions,
): Promise<VoiceVectors> {
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const analysed: AnalysedPiece[] = [];
  for (const samples of pieces) {
    await nextTask();
    throwIfCancelled(signal);
    analysed.push({ samples, ...new Frontend().push(samples) });
  }
  const spectra = analysed.map(({ logMel }) => logMel);
  const restored = await restorer.restore(spectra, signal);
  const encoded: EncodedPiece[] = [];
  let done = 0;
  for (const [i, piece] of analysed.entries()) {
    await nextTask();
    throwIfCancelled(signal);
    encoded.push(await encodePiece(piece, restored[i]!, networks, speaker));
    done += piece.samples.length;
    onProgress?.((ENCODE_SHARE * done) / total);
  }
  const activeCodes = encoded.reduce((sum, { codes }) => sum + codes.length / CODE_SIZE, 0);
  if ((activeCodes * FRAMES_PER_CODE * ANALYSIS_HOP) / ANALYSIS_RATE_HZ < MIN_SPEECH_SECONDS) {
    const time = quantity(MIN_SPEECH_SECONDS, 'second');
    throw new EngineError('input-empty', m.enrol_not_enough({ time }));
  }
  return assemble(encoded, signal, (fraction) => onProgress?.(ENCODE_SHARE + (1 - ENCODE_SHARE) * fraction));
}

/** `restored` [n, 80]: the estimate of `logMel` without noise; only the timbre is computed from it. */
async function encodePiece(
  { samples, logMel, loudnessDb }: AnalysedPiece,
  restored: Float32Array,
  networks: EncodeOptions['networks'],
  speaker: SpeakerEncoder,
): Promise<EncodedPiece> {
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

/** `contentCodes` [n, 128] of a whole recording or piece, `logMel` [2 n or 2 n + 1, 80]. */
export async function contentCodes(
  logMel: Float32Array,
  networks: EncodeOptions['networks'],
): Promise<Float32Array> {
  const content = new ContentEncoder(networks);
  const count = Math.floor(logMel.length / (BANDS * FRAMES_PER_CODE));
  const codes = new Float32Array(count * CODE_SIZE);
  const width = BANDS * FRAMES_PER_CODE;
  // Padded with silence for the look-ahead.
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

/** `timbre` [n, 40]: means of two neighbouring bands and two frames of `logMel` less the loudness. */
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
  pieces: EncodedPiece[],
  signal: AbortSignal | undefined,
  onProgress: (fraction: number) => void,
): Promise<VoiceVectors> {
  const codes = subsample(
    pieces.map((piece) => piece.codes),
    CODE_SIZE,
  );
  const timbres = subsample(
    pieces.map((piece) => piece.timbre),
    TIMBRE_BANDS,
  );
  const { centres, nearest } = await cluster(codes, CODE_SIZE, CODES, signal, onProgress);
  const { sums, counts } = sumByCentre(timbres, nearest, TIMBRE_BANDS, CODES);
  const { sums: all } = sumByCentre(timbres, new Int32Array(nearest.length), TIMBRE_BANDS, 1);
  const timbre = Float32Array.from(sums, (sum, i) => {
    const count = counts[Math.floor(i / TIMBRE_BANDS)]!;
    // A code without frames gets the mean timbre of the voice.
    return count > 0 ? sum / count : all[i % TIMBRE_BANDS]! / nearest.length;
  });
  const f0Hz = concat(pieces.map((piece) => piece.f0Hz));
  const median = medianF0Hz(f0Hz);
  return {
    embedding: voiceEmbedding(pieces),
    codebook: centres,
    timbre,
    medianF0Hz: clamp(median || 150, 40, 800),
    f0StdSt: standardDeviationSt(f0Hz),
    speechLevelDb: clamp(speechLevelDb(concat(pieces.map((piece) => piece.loudnessDb))), -80, 0),
    retrievalBlend: RETRIEVAL_BLEND,
    textureBlend: TEXTURE_BLEND,
  };
}

/** [128], weighted by duration. */
function voiceEmbedding(pieces: EncodedPiece[]): Float32Array {
  const total = pieces.reduce((sum, piece) => sum + piece.seconds, 0);
  const mean = new Float32Array(CODE_SIZE);
  for (const { embedding, seconds } of pieces)
    embedding.forEach((value, i) => (mean[i]! += (value * seconds) / total));
  return mean;
}

/** Standard deviation of log F0 over the voiced frames in the register, in semitones. */
function standardDeviationSt(f0Hz: Float32Array): number {
  const semitones = Array.from(inRegister(f0Hz), (hz) => 12 * Math.log2(hz));
  if (semitones.length === 0) return 0;
  const mean = semitones.reduce((sum, st) => sum + st, 0) / semitones.length;
  return Math.sqrt(semitones.reduce((sum, st) => sum + (st - mean) ** 2, 0) / semitones.length);
}

/** All rows in one array; of more than MAX_CODES rows, MAX_CODES evenly spaced ones. */
function subsample(parts: Float32Array[], size: number): Float32Array {
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
