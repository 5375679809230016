import { m } from '../text/messages';

const FRAME_SECONDS = 0.02;
const WINDOW_FRAMES = 50;
const MIN_WINDOWS = 3;
const SILENT_RMS = 1e-3;
/** Share of low-energy frames below which a recording is taken for music: speech pauses more between syllables and words. */
const MUSIC_BELOW = 0.17;

/**
 * A warning for the user where a recording is more like music or steady noise than like speech; else null.
 *
 * Share of low-energy frames (Scheirer & Slaney 1997, "Construction and evaluation of a robust multifeature
 * speech/music discriminator", section 2): frames of 20 ms with less than half the mean RMS of their second.
 */
export function speechWarning(samples: Float32Array, sampleRateHz: number): string | null {
  const share = lowEnergyShare(samples, sampleRateHz);
  if (share === null || share >= MUSIC_BELOW) return null;
  return m.audio_not_speech();
}

/** 0..1, or null with fewer than three seconds that are not silent. */
export function lowEnergyShare(samples: Float32Array, sampleRateHz: number): number | null {
  const size = Math.round(FRAME_SECONDS * sampleRateHz);
  const window = size * WINDOW_FRAMES;
  let frames = 0;
  let low = 0;
  for (let start = 0; start + window <= samples.length; start += window) {
    const rms = Float32Array.from({ length: WINDOW_FRAMES }, (_, i) =>
      rmsOf(samples.subarray(start + i * size, start + (i + 1) * size)),
    );
    const mean = rms.reduce((sum, value) => sum + value, 0) / WINDOW_FRAMES;
    if (mean < SILENT_RMS) continue;
    frames += WINDOW_FRAMES;
    low += rms.filter((value) => value < mean / 2).length;
  }
  return frames < MIN_WINDOWS * WINDOW_FRAMES ? null : low / frames;
}

function rmsOf(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
