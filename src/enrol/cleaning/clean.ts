import { concat, quantile } from '../../dsp/arrays';
import { throwIfCancelled } from '../../engine/errors';
import { Frontend, type SpectrumFrames } from '../../engine/analysis/frontend';
import { DEFAULT_SPEECH_LEVEL_DB, speechLevelDb } from '../../engine/analysis/profile';
import { resampleInChunks } from '../../dsp/resample';
import { ANALYSIS_HOP, ANALYSIS_RATE_HZ, SILENCE_DB } from '../../dsp/signal';
import { nextTask } from '../../dsp/task';
import { findSpeech, toSeconds, type Stretch } from './activity';
import { clippedShares, splitAtClipping } from './clipping';
import { denoise } from './denoise';
import { removeHum } from './hum';
import { bandFloors, splitAtMusic, STEADY_LIMIT, steadyShare } from './music';
import { progressReporter } from '../progress';
import { estimateRoom } from './room';
import type { SpeakerEncoder } from '../speaker-encoder';
import { framesOf, judgeSpeakers, SHORTEST_FRAMES, splitAtChanges } from '../speakers';
import type { Piece, PieceQuality, Reason } from '../piece';
import type { CleanedRecording, Progress } from '../types';

const FRAME_SECONDS = ANALYSIS_HOP / ANALYSIS_RATE_HZ;
/** Shares of the work, measured: denoising, then listening to who speaks. */
const DENOISE_SHARE = 0.35;
/** Share of clipped frames and ratio of speech to noise from where a piece is left out. */
const CLIPPED_LIMIT = 0.02;
const LEAST_RATIO_DB = 8;
const MAX_GAIN_DB = 40;

export interface CleanOptions {
  signal?: AbortSignal | undefined;
  onProgress?: (progress: Progress) => void;
}

/**
 * Cleans a recording and judges every piece of it: hum, hiss and level are mended, clipping, music, noise and
 * other voices are named. The same recording always gives the same pieces.
 *
 * Rejects with `cancelled`, or what the speaker network throws.
 */
export async function cleanRecording(
  samples: Float32Array,
  sampleRateHz: number,
  encoder: SpeakerEncoder,
  { signal, onProgress }: CleanOptions = {},
): Promise<CleanedRecording> {
  const report = progressReporter(onProgress);
  const clipped = clippedShares(samples, sampleRateHz, FRAME_SECONDS);
  const pause = async () => {
    await nextTask();
    throwIfCancelled(signal);
  };
  const whole = await resampleInChunks(samples, sampleRateHz, ANALYSIS_RATE_HZ, pause);
  const resampled = whole.subarray(0, Math.round((samples.length / sampleRateHz) * ANALYSIS_RATE_HZ));
  const humHz = removeHum(resampled);
  const before = await analyse(resampled, pause);
  const floors = bandFloors(before);
  await denoise(resampled, signal, (fraction) => report(DENOISE_SHARE * fraction));
  let spectra = await analyse(resampled, pause);
  level(resampled, speechLevelDb(spectra.loudnessDb));
  spectra = await analyse(resampled, pause);
  const pieces: Piece[] = [];
  const stretches = findSpeech(spectra.loudnessDb).flatMap((each) => splitAtClipping(each, clipped));
  for (const [i, stretch] of stretches.entries()) {
    await pause();
    const parts: Stretch[] = [];
    for (const each of splitAtMusic(before, stretch, floors))
      parts.push(...(await splitAtChanges(each, spectra.logMel, encoder)));
    for (const part of parts) {
      const quality = measure(part, before.loudnessDb, clipped);
      const steady = steadyShare(before, part, floors);
      const isLong = part.to - part.from >= SHORTEST_FRAMES;
      pieces.push({
        startSeconds: toSeconds(part.from),
        endSeconds: toSeconds(part.to),
        quality: { ...quality, steadyShare: steady },
        reason: isLong ? reasonOf(quality, steady) : 'too-short',
        embedding: isLong
          ? await encoder.recognise(framesOf(spectra.logMel, part.from, part.to))
          : new Float32Array(0),
        choice: 'unheard',
      });
    }
    report(DENOISE_SHARE + (1 - DENOISE_SHARE) * ((i + 1) / stretches.length));
  }
  judgeSpeakers(pieces);
  return { samples: resampled, pieces, room: estimateRoom(spectra.loudnessDb), humHz };
}

function reasonOf(quality: Omit<PieceQuality, 'steadyShare'>, steady: number): Reason | null {
  if (quality.clippedShare > CLIPPED_LIMIT) return 'clipped';
  if (steady > STEADY_LIMIT) return 'music';
  if (quality.levelDb - quality.noiseDb < LEAST_RATIO_DB) return 'noisy';
  return null;
}

function measure(
  { from, to }: Stretch,
  loudnessDb: Float32Array,
  clipped: Float32Array,
): Omit<PieceQuality, 'steadyShare'> {
  // What lies beneath the speech shows in the pauses next to it.
  const around = loudnessDb.subarray(Math.max(0, from - 50), to + 50);
  const frames = clipped.subarray(from, to);
  return {
    levelDb: quantile(loudnessDb.subarray(from, to), 0.9) ?? SILENCE_DB,
    noiseDb: quantile(around, 0.05) ?? SILENCE_DB,
    clippedShare: frames.filter((share) => share > 0).length / Math.max(1, frames.length),
  };
}

async function analyse(samples: Float32Array, pause: () => Promise<void>): Promise<SpectrumFrames> {
  const frontend = new Frontend();
  const parts: SpectrumFrames[] = [];
  for (let at = 0; at < samples.length; at += 10 * ANALYSIS_RATE_HZ) {
    await pause();
    parts.push(frontend.push(samples.subarray(at, at + 10 * ANALYSIS_RATE_HZ)));
  }
  return {
    frames: parts.reduce((sum, part) => sum + part.frames, 0),
    logMel: concat(parts.map((part) => part.logMel)),
    loudnessDb: concat(parts.map((part) => part.loudnessDb)),
  };
}

/** Brings speech to the level that voices are made at, and no peak above full scale. */
function level(samples: Float32Array, speechDb: number): void {
  if (speechDb <= SILENCE_DB) return;
  let peak = 1e-9;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const wanted = 10 ** (Math.min(MAX_GAIN_DB, DEFAULT_SPEECH_LEVEL_DB - speechDb) / 20);
  const gain = Math.min(wanted, 1 / peak);
  for (let i = 0; i < samples.length; i++) samples[i]! *= gain;
}
