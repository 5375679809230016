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

/** So much speech says how a voice is coloured. */
export const COLOUR_SECONDS = 30;
/** What the first round leaves, where a filter's slopes reach into the next band, the second one finds. */
const ROUNDS = 2;
/** Frames that much below the level of the speech count for nothing. */
const ACTIVE_DB = 20;
/** Natural log of the largest gain: 15 dB. */
const MOST = (15 / 20) * Math.LN10;

export interface ColourOptions {
  networks: Networks;
  signal?: AbortSignal | undefined;
  /** 0..1. */
  onProgress?: (fraction: number) => void;
}

/**
 * How a voice is coloured beyond what the generator makes of its embedding [80], natural log gains: its speech `cuts` at
 * 16 kHz, less what they become when they are converted to the voice itself, on the mean. The noise that is left in the
 * cuts is no colour: what they become is compared as if it had the same. Zero-shot: no network is trained
 * (models/log/0011, 0018).
 *
 * Rejects with a ConsentError, `cancelled`, or what the networks throw.
 */
export async function findColour(
  cuts: readonly Float32Array[],
  voice: Voice,
  { networks, signal, onProgress }: ColourOptions,
): Promise<Float32Array> {
  const chosen = spread(cuts, COLOUR_SECONDS * ANALYSIS_RATE_HZ);
  const spoken = concat(chosen);
  const own = new Frontend().push(spoken);
  const active = own.loudnessDb.map((db) => Number(db > voice.speechLevelDb - ACTIVE_DB));
  const wanted = meanBands(own.logMel, active);
  const noise = noiseBands(own.logMel);
  let colour = new Float32Array(BANDS);
  for (let round = 0; round < ROUNDS; round++) {
    const stream = new ConversionStream({
      networks,
      voice: { ...voice, colour },
      controls: DEFAULT_CONTROLS,
      // Pitch and level of the voice were read off the same speech.
      profile: voice,
      sampleRateHz: ANALYSIS_RATE_HZ,
    });
    const resampler = new Resampler(SYNTHESIS_RATE_HZ, ANALYSIS_RATE_HZ);
    const heard: Float32Array[] = [];
    try {
      for (const [i, cut] of chosen.entries()) {
        await nextTask();
        throwIfCancelled(signal);
        heard.push(resampler.push(await stream.push(cut)));
        onProgress?.((round + (i + 1) / chosen.length) / ROUNDS);
      }
      heard.push(resampler.push(await stream.end()), resampler.end());
    } finally {
      stream.dispose();
    }
    const got = meanBands(withNoise(new Frontend().push(concat(heard)).logMel, noise), active);
    // Power to amplitude.
    const missing = wanted.map((value, band) => (value - got[band]!) / 2);
    colour = colour.map((gain, band) => clamp(gain + atSynthesisBand(missing, band), -MOST, MOST));
  }
  return colour;
}

/** Some of the cuts, evenly chosen, `length` samples of them or few more. */
function spread(cuts: readonly Float32Array[], length: number): Float32Array[] {
  const total = cuts.reduce((sum, cut) => sum + cut.length, 0);
  const stride = Math.max(1, Math.floor(total / length));
  const chosen: Float32Array[] = [];
  let done = 0;
  for (let i = 0; i < cuts.length && done < length; i += stride) {
    chosen.push(cuts[i]!);
    done += cuts[i]!.length;
  }
  return chosen;
}

/** Mean of `logMel` [n, 80] over the frames that are `active` [n, 0 or 1]. */
function meanBands(logMel: Float32Array, active: Float32Array): Float64Array {
  const mean = new Float64Array(BANDS);
  const count = active.reduce((sum, x) => sum + x, 0);
  for (let t = 0; t < active.length && (t + 1) * BANDS <= logMel.length; t++) {
    if (active[t]) for (let band = 0; band < BANDS; band++) mean[band]! += logMel[t * BANDS + band]! / count;
  }
  return mean;
}

/** `logMel` [n, 80] with `noise` [80], of the same kind, in every frame. */
function withNoise(logMel: Float32Array, noise: Float32Array): Float32Array {
  const power = Float64Array.from(noise, Math.exp);
  return logMel.map((value, i) => Math.log(Math.exp(value) + power[i % BANDS]!));
}

/** Reads values at the frontend's bands where the synthesis has its `band`, from 0 to 12 kHz; the outermost beyond them. */
function atSynthesisBand(values: Float64Array, band: number): number {
  const hz = melToHz((hzToMel(SYNTHESIS_RATE_HZ / 2) * band) / (BANDS - 1));
  const place = clamp(bandAt(hz), 0, BANDS - 1);
  const below = Math.min(BANDS - 2, Math.floor(place));
  return values[below]! + (place - below) * (values[below + 1]! - values[below]!);
}
