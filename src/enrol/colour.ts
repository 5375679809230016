import { clamp, concat } from '../dsp/arrays';
import { throwIfCancelled } from '../engine/errors';
import { bandAt, Frontend } from '../engine/analysis/frontend';
import type { Networks } from '../engine/backends/network';
import { Resampler } from '../dsp/resample';
import { ANALYSIS_RATE_HZ, hzToMel, melToHz, SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { BANDS } from '../engine/shapes';
import { ConversionStream } from '../engine/stream';
import { nextTask } from '../dsp/task';
import { DEFAULT_CONTROLS } from '../engine/types';
import type { Voice } from '../engine/voice';
import { noiseBands } from './quiet';

/** Seconds of speech that the colour is measured on. */
export const COLOUR_SECONDS = 30;
/** The second iteration corrects the first, in which neighbouring bands overlap. */
const ITERATIONS = 2;
/** Frames further than this below the speech level are ignored. */
const ACTIVE_RANGE_DB = 20;
/** Natural log of the largest gain, 15 dB. */
const MAX_LOG_GAIN = (15 / 20) * Math.LN10;

export interface ColourOptions {
  networks: Networks;
  signal?: AbortSignal | undefined;
  /** 0..1. */
  onProgress?: (fraction: number) => void;
}

/**
 * The colour of a voice [80], natural log gains: the mean spectrum of its speech less the mean spectrum of the same speech
 * converted to the voice itself. The background noise of `pieces` is added to the converted spectrum before the
 * comparison, so that noise does not become part of the colour. No network is trained (models/log/0011, 0018).
 *
 * `pieces`: speech at 16 kHz. Rejects with a ConsentError, `cancelled`, or the error of a network.
 */
export async function estimateColour(
  pieces: readonly Float32Array[],
  voice: Voice,
  { networks, signal, onProgress }: ColourOptions,
): Promise<Float32Array> {
  const chosen = subsample(pieces, COLOUR_SECONDS * ANALYSIS_RATE_HZ);
  const original = new Frontend().push(concat(chosen));
  const active = original.loudnessDb.map((db) => Number(db > voice.speechLevelDb - ACTIVE_RANGE_DB));
  const originalMean = meanBands(original.logMel, active);
  const noise = noiseBands(original.logMel);
  let colour = new Float32Array(BANDS);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const stream = new ConversionStream({
      networks,
      voice: { ...voice, colour },
      controls: DEFAULT_CONTROLS,
      // The median F0 and the level of the voice were measured on the same speech.
      profile: voice,
      sampleRateHz: ANALYSIS_RATE_HZ,
    });
    const resampler = new Resampler(SYNTHESIS_RATE_HZ, ANALYSIS_RATE_HZ);
    const converted: Float32Array[] = [];
    try {
      for (const [i, piece] of chosen.entries()) {
        await nextTask();
        throwIfCancelled(signal);
        converted.push(resampler.push(await stream.push(piece)));
        onProgress?.((iteration + (i + 1) / chosen.length) / ITERATIONS);
      }
      converted.push(resampler.push(await stream.end()), resampler.end());
    } finally {
      stream.dispose();
    }
    const { logMel } = new Frontend().push(concat(converted));
    const convertedMean = meanBands(withNoise(logMel, noise), active);
    // Half, because logMel is a log of power and the gains are of amplitude.
    const difference = originalMean.map((value, band) => (value - convertedMean[band]!) / 2);
    colour = colour.map((gain, band) =>
      clamp(gain + atSynthesisBand(difference, band), -MAX_LOG_GAIN, MAX_LOG_GAIN),
    );
  }
  return colour;
}

/** Every k-th piece, with k such that they have about `length` samples together; all pieces if they are shorter. */
function subsample(pieces: readonly Float32Array[], length: number): Float32Array[] {
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const stride = Math.max(1, Math.floor(total / length));
  const chosen: Float32Array[] = [];
  let done = 0;
  for (let i = 0; i < pieces.length && done < length; i += stride) {
    chosen.push(pieces[i]!);
    done += pieces[i]!.length;
  }
  return chosen;
}

/** Mean [80] of `logMel` [n, 80] over the frames that are 1 in `active` [n]. */
function meanBands(logMel: Float32Array, active: Float32Array): Float64Array {
  const mean = new Float64Array(BANDS);
  const count = active.reduce((sum, x) => sum + x, 0);
  for (let t = 0; t < active.length && (t + 1) * BANDS <= logMel.length; t++) {
    if (active[t]) for (let band = 0; band < BANDS; band++) mean[band]! += logMel[t * BANDS + band]! / count;
  }
  return mean;
}

/** `logMel` [n, 80] with the power of `noise` [80], natural log too, added to every frame. */
function withNoise(logMel: Float32Array, noise: Float32Array): Float32Array {
  const power = Float64Array.from(noise, Math.exp);
  return logMel.map((value, i) => Math.log(Math.exp(value) + power[i % BANDS]!));
}

/** Interpolates `values` of the frontend's bands at the centre of a band of the synthesis (0 to 12 kHz); constant outside their range. */
function atSynthesisBand(values: Float64Array, band: number): number {
  const hz = melToHz((hzToMel(SYNTHESIS_RATE_HZ / 2) * band) / (BANDS - 1));
  const place = clamp(bandAt(hz), 0, BANDS - 1);
  const below = Math.min(BANDS - 2, Math.floor(place));
  return values[below]! + (place - below) * (values[below + 1]! - values[below]!);
}
