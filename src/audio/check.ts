import { m } from '../text/messages';
import { number } from '../text/format';
import { AudioError } from './errors';

/** Share of NaN and infinite samples: below it they are set to 0, from it on the file is rejected. */
const NOT_FINITE_LIMIT = 0.01;
/** Recordings with a lower peak (-80 dBFS) are rejected as silent. */
const SILENCE_PEAK = 1e-4;
/**
 * Peak (-56.5 dBFS) below which there is only noise of the electronics: of a microphone that is muted or unplugged behind the converter. Noise of
 * -63 dBFS at its peak reaches -59 once the browser has resampled it.
 */
export const ALMOST_SILENT_PEAK = 1.5e-3;
/** Magnitude from which a sample counts as full scale: just below the highest value of 8-bit files. */
const FULL_SCALE = 0.992;
/** Fewest consecutive samples at full scale that count as clipped; shorter runs are peaks. */
const FLAT_SAMPLES = 3;
/** Share of clipped samples above which clipping is audible. */
const CLIPPED_LIMIT = 0.0005;
const TELEPHONE_RATE_HZ = 11025;
/** Mean from which it is an offset of the sound card and not rounding. */
const OFFSET = 1e-3;

/**
 * Repairs decoded samples in place and returns warnings for the user: replaces samples that are not finite, removes the mean, and
 * attenuates what is above full scale.
 *
 * Throws `empty`, `not-finite` (1 % or more are NaN or infinite) and `silence`.
 */
export function checkSamples(samples: Float32Array, sampleRateHz: number): string[] {
  if (samples.length === 0) {
    throw new AudioError('empty', m.audio_empty());
  }
  const warnings: string[] = [];
  const broken = silenceNonFinite(samples);
  if (broken > 0) {
    if (broken >= samples.length * NOT_FINITE_LIMIT) {
      throw new AudioError('not-finite', m.audio_not_finite());
    }
    warnings.push(m.audio_samples_replaced({ count: broken, number: number(broken) }));
  }
  // Before the mean is removed, by which clipped samples leave full scale.
  const isClipped = flatShare(samples, FULL_SCALE * Math.max(1, peakOf(samples))) > CLIPPED_LIMIT;
  removeOffset(samples);
  const peak = peakOf(samples);
  if (peak < SILENCE_PEAK) {
    throw new AudioError('silence', m.audio_silence());
  }
  if (peak < ALMOST_SILENT_PEAK) {
    warnings.push(m.audio_almost_silent({ peak: number(20 * Math.log10(peak)) }));
  }
  if (peak > 1) {
    // Only float files can exceed 1; players would clip them.
    for (let i = 0; i < samples.length; i++) samples[i]! /= peak;
    warnings.push(m.audio_turned_down());
  }
  if (isClipped) {
    warnings.push(m.audio_clipped());
  }
  if (sampleRateHz <= TELEPHONE_RATE_HZ) {
    warnings.push(m.audio_telephone({ rate: number(sampleRateHz) }));
  }
  return warnings;
}

/** Whether `checkSamples` changes the samples. */
export function needsRepair(samples: Float32Array): boolean {
  return !samples.every((sample) => Math.abs(sample) <= 1) || Math.abs(meanOf(samples)) >= OFFSET;
}

/** Largest magnitude. */
export function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) {
    const magnitude = Math.abs(samples[i]!);
    if (magnitude > peak) peak = magnitude;
  }
  return peak;
}

/** Whether the peak is below -80 dBFS. */
export function isSilent(samples: Float32Array): boolean {
  return peakOf(samples) < SILENCE_PEAK;
}

function removeOffset(samples: Float32Array): void {
  const mean = meanOf(samples);
  if (Math.abs(mean) < OFFSET) return;
  for (let i = 0; i < samples.length; i++) samples[i]! -= mean;
}

function meanOf(samples: Float32Array): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

function silenceNonFinite(samples: Float32Array): number {
  let count = 0;
  for (let i = 0; i < samples.length; i++) {
    if (!Number.isFinite(samples[i]!)) {
      samples[i] = 0;
      count++;
    }
  }
  return count;
}

/** Share of samples in runs of at least FLAT_SAMPLES whose magnitude is `fullScale` or more. */
function flatShare(samples: Float32Array, fullScale: number): number {
  let flat = 0;
  let run = 0;
  for (let i = 0; i < samples.length; i++) {
    if (Math.abs(samples[i]!) >= fullScale) run++;
    else {
      if (run >= FLAT_SAMPLES) flat += run;
      run = 0;
    }
  }
  if (run >= FLAT_SAMPLES) flat += run;
  return flat / samples.length;
}
