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
import { bandFloors, MUSIC_STEADY_SHARE, splitAtMusic, steadyShare } from './music';
import { progressReporter } from '../progress';
import { estimateReverberation } from './reverberation';
import type { SpeakerEncoder } from '../speaker-encoder';
import { framesOf, markOtherSpeakers, MIN_SPEAKER_FRAMES, splitAtChanges } from '../speakers';
import type { Piece, PieceQuality, Reason } from '../piece';
import type { CleanedRecording, Progress } from '../types';

const FRAME_SECONDS = ANALYSIS_HOP / ANALYSIS_RATE_HZ;
/** Measured share of the computing time that denoising takes; the rest is the speaker network. */
const DENOISE_SHARE = 0.35;
/** Pieces with a larger share of clipped frames or a lower signal-to-noise ratio are left out. */
const MAX_CLIPPED_SHARE = 0.02;
const MIN_SNR_DB = 8;
const MAX_GAIN_DB = 40;
/** Frames before and after a piece in which its background noise is measured too. */
const NOISE_CONTEXT_FRAMES = 50;
const CHUNK_SECONDS = 10;

export interface CleanOptions {
  signal?: AbortSignal | undefined;
  onProgress?: (progress: Progress) => void;
}

/**
 * Cleans a recording and splits it into pieces: removes hum, reduces steady noise, sets the speech level to -23 dBFS, and
 * gives pieces with clipping, music, noise or another speaker the reason for which they are left out. The same recording
 * always gives the same pieces.
 *
 * Rejects with `input-rate`, `cancelled`, or the error of the speaker network.
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
  const noisy = await analyse(resampled, pause);
  const floors = bandFloors(noisy);
  await denoise(resampled, signal, (fraction) => report(DENOISE_SHARE * fraction));
  let spectra = await analyse(resampled, pause);
  normaliseLevel(resampled, speechLevelDb(spectra.loudnessDb));
  spectra = await analyse(resampled, pause);
  const pieces: Piece[] = [];
  const stretches = findSpeech(spectra.loudnessDb).flatMap((stretch) => splitAtClipping(stretch, clipped));
  for (const [i, stretch] of stretches.entries()) {
    await pause();
    const parts: Stretch[] = [];
    for (const part of splitAtMusic(noisy, stretch, floors))
      parts.push(...(await splitAtChanges(part, spectra.logMel, encoder)));
    for (const part of parts) {
      const quality = measure(part, noisy.loudnessDb, clipped);
      const steady = steadyShare(noisy, part, floors);
      const isLongEnough = part.to - part.from >= MIN_SPEAKER_FRAMES;
      pieces.push({
        startSeconds: toSeconds(part.from),
        endSeconds: toSeconds(part.to),
        quality: { ...quality, steadyShare: steady },
        reason: isLongEnough ? reasonOf(quality, steady) : 'too-short',
        embedding: isLongEnough
          ? await encoder.embedCentred(framesOf(spectra.logMel, part.from, part.to))
          : new Float32Array(0),
        choice: 'unheard',
      });
    }
    report(DENOISE_SHARE + (1 - DENOISE_SHARE) * ((i + 1) / stretches.length));
  }
  markOtherSpeakers(pieces);
  return { samples: resampled, pieces, reverberation: estimateReverberation(spectra.loudnessDb), humHz };
}

function reasonOf(quality: Omit<PieceQuality, 'steadyShare'>, steady: number): Reason | null {
  if (quality.clippedShare > MAX_CLIPPED_SHARE) return 'clipped';
  if (steady > MUSIC_STEADY_SHARE) return 'music';
  if (quality.levelDb - quality.noiseDb < MIN_SNR_DB) return 'noisy';
  return null;
}

function measure(
  { from, to }: Stretch,
  loudnessDb: Float32Array,
  clipped: Float32Array,
): Omit<PieceQuality, 'steadyShare'> {
  const context = loudnessDb.subarray(Math.max(0, from - NOISE_CONTEXT_FRAMES), to + NOISE_CONTEXT_FRAMES);
  const frames = clipped.subarray(from, to);
  return {
    levelDb: quantile(loudnessDb.subarray(from, to), 0.9) ?? SILENCE_DB,
    noiseDb: quantile(context, 0.05) ?? SILENCE_DB,
    clippedShare: frames.filter((share) => share > 0).length / Math.max(1, frames.length),
  };
}

async function analyse(samples: Float32Array, pause: () => Promise<void>): Promise<SpectrumFrames> {
  const frontend = new Frontend();
  const parts: SpectrumFrames[] = [];
  const chunk = CHUNK_SECONDS * ANALYSIS_RATE_HZ;
  for (let at = 0; at < samples.length; at += chunk) {
    await pause();
    parts.push(frontend.push(samples.subarray(at, at + chunk)));
  }
  return {
    frames: parts.reduce((sum, part) => sum + part.frames, 0),
    logMel: concat(parts.map((part) => part.logMel)),
    loudnessDb: concat(parts.map((part) => part.loudnessDb)),
  };
}

/** Amplifies speech of level `speechDb` to -23 dBFS, in place, by at most 40 dB and so that no peak exceeds full scale. */
function normaliseLevel(samples: Float32Array, speechDb: number): void {
  if (speechDb <= SILENCE_DB) return;
  let peak = 1e-9;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const levelGain = 10 ** (Math.min(MAX_GAIN_DB, DEFAULT_SPEECH_LEVEL_DB - speechDb) / 20);
  const gain = Math.min(levelGain, 1 / peak);
  for (let i = 0; i < samples.length; i++) samples[i]! *= gain;
}
