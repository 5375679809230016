import { m } from '../text/messages';
import { requirePermission, type Use } from '../provenance';
import { limitPeak } from '../dsp/arrays';
import { resampleInChunks } from '../dsp/resample';
import { EngineError, throwIfCancelled } from './errors';
import type { EarNetworks, Networks } from './backends/network';
import { TakeDenoiser } from './ear/take-denoiser';
import { TakeEar } from './ear/take-ear';
import type { TakeSamples } from './ear/take-window';
import { judgeTake } from './analysis/condition-take';
import { isDenoisable, type Confidences } from './analysis/conditions';
import { profileTake } from './analysis/profile';
import { ANALYSIS_RATE_HZ, SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { inputNotFinite } from './analysis/input-level';
import { ConversionStream } from './stream';
import { TakeProgress } from './take-progress';
import { nextTask } from '../dsp/task';
import type { ConversionControls, ConvertProgress, SourceProfile } from './types';
import type { Voice } from './voice';

/** Computing time of the ear and of the denoiser per second of a take, relative to that of the stream. */
const EAR_COST = 0.6;
const DENOISER_COST = 0.8;
/** Seconds of a take that are converted at a time; and where its samples are delivered as they are made, with the codes of a block. */
const PART_SECONDS = 1;
const QUICK_PART_SECONDS = 0.5;
const QUICK_BLOCK_CODES = 25;

export interface TakeOptions {
  networks: Networks;
  /**
   * The ear, to join what it hears with the content network's codes, and to take noise from noisy takes. Default: the content network
   * alone hears the take as it is.
   */
  ear?: EarNetworks | undefined;
  voice: Voice;
  controls: ConversionControls;
  samples: Float32Array;
  sampleRateHz: number;
  onProgress?: (progress: ConvertProgress) => void;
  /**
   * Called with converted samples at 24 kHz as they are made, and the index of the first of them. Their peaks are not limited. With it
   * the take is converted in shorter parts, so that the first samples come sooner.
   */
  onSamples?: ((samples: Float32Array, at: number) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** A profile measured earlier. Default: the profile of the take is measured. */
  profile?: SourceProfile | undefined;
  /** A judgement made earlier; null where there was too little speech. Default: the take is judged if there is an ear. */
  judged?: Confidences | null | undefined;
  /** See StreamOptions. */
  use?: Use;
  /** See StreamOptions. */
  blockCodes?: number;
}

export interface ConvertedTake {
  /** At 24 kHz. */
  samples: Float32Array;
  /** Duration of the take. */
  seconds: number;
  /** Seconds of computing per second of speech, including the profile, the ear and the denoiser. */
  rtf: number;
  profile: SourceProfile;
  /** Whether noise was taken from it before it was converted. */
  isDenoised: boolean;
}

/**
 * Converts a whole take: takes noise from it where that helps, measures its profile, hears it with the ear if there is one (with half of
 * the amplitude of its noise: what the denoiser takes from the speech costs the ear more words), pushes it through a stream part by part,
 * and scales the result so that no peak exceeds 0.98.
 *
 * Rejects with `input-empty`, `input-not-finite`, `input-rate` (the SampleRateError of dsp/resample.ts), `cancelled`, a
 * ConsentError, or what the networks throw.
 */
export async function convertTake(options: TakeOptions): Promise<ConvertedTake> {
  const { networks, ear, voice, controls, signal, onSamples, use = 'convert' } = options;
  const blockCodes = options.blockCodes ?? (onSamples && QUICK_BLOCK_CODES);
  requirePermission(voice.permission.sealed, use, voice.permission);
  checkSamples(options.samples);
  const startedMs = performance.now();
  const seconds = options.samples.length / options.sampleRateHz;
  const isDenoised = ear !== undefined && (await isNoisy(options));
  const work = seconds * (1 + (ear ? EAR_COST : 0) + (isDenoised ? DENOISER_COST : 0));
  const progress = new TakeProgress(seconds, work, options.onProgress);
  /** Begins a part of the work whose steps are counted; what it returns is awaited before each, with the number of steps done. */
  const inSteps = (partWork: number, steps: number) => {
    const report = progress.part(partWork);
    return async (done: number) => {
      if (done > 0) report(done / steps);
      await nextTask();
      throwIfCancelled(signal);
    };
  };
  let take: TakeSamples = options;
  let heard = take;
  if (ear && isDenoised) {
    const denoiser = new TakeDenoiser(ear, options);
    const samples = await denoiser.run(inSteps(DENOISER_COST * seconds, denoiser.windows.length));
    take = { samples, sampleRateHz: ANALYSIS_RATE_HZ };
    heard = { ...take, samples: await withHalfOfNoise(options, samples) };
  }
  const { samples, sampleRateHz } = take;
  const known = isDenoised ? undefined : options.profile;
  const profile = known ?? (await profileTake(samples, sampleRateHz, signal));
  const joiner = ear && new TakeEar(ear, heard, profile);
  if (joiner) {
    const { measured, windows } = joiner;
    await joiner.measure(inSteps((EAR_COST * seconds * measured.length) / windows.length, measured.length));
  }
  const output = new Float32Array(Math.round(seconds * SYNTHESIS_RATE_HZ));
  const stream = new ConversionStream({
    networks,
    voice,
    controls,
    profile,
    sampleRateHz,
    use,
    joiner,
    ...(blockCodes && { blockCodes }),
  });
  const report = progress.part();
  let done = 0;
  const append = (part: Float32Array) => {
    // A take at 16 kHz may be longer by a part of a sample.
    const fitting = part.subarray(0, output.length - done);
    output.set(fitting, done);
    if (fitting.length > 0) onSamples?.(fitting.slice(), done);
    done += part.length;
  };
  const step = Math.round(sampleRateHz * (onSamples ? QUICK_PART_SECONDS : PART_SECONDS));
  try {
    for (let at = 0; at < samples.length; at += step) {
      await nextTask();
      throwIfCancelled(signal);
      append(await stream.push(samples.subarray(at, at + step)));
      report(Math.min(1, (at + step) / samples.length));
    }
    throwIfCancelled(signal);
    append(await stream.end());
  } catch (error) {
    stream.dispose();
    throw error;
  }
  limitPeak(output);
  const rtf = (performance.now() - startedMs) / 1000 / seconds;
  return { samples: output, seconds, rtf, profile, isDenoised };
}

/** Whether the take is one that the denoiser helps to understand. */
async function isNoisy({ samples, sampleRateHz, signal, judged }: TakeOptions): Promise<boolean> {
  const found = judged !== undefined ? judged : await judgeTake(samples, sampleRateHz, signal);
  return found !== null && isDenoisable(found);
}

/** The mean of a take and of its `denoised` samples, at 16 kHz. */
async function withHalfOfNoise(
  { samples, sampleRateHz, signal }: TakeOptions,
  denoised: Float32Array,
): Promise<Float32Array> {
  const pause = async () => {
    await nextTask();
    throwIfCancelled(signal);
  };
  const noisy =
    sampleRateHz === ANALYSIS_RATE_HZ
      ? samples
      : await resampleInChunks(samples, sampleRateHz, ANALYSIS_RATE_HZ, pause);
  return denoised.map((x, i) => (x + noisy[i]!) / 2);
}

function checkSamples(samples: Float32Array): void {
  if (samples.length === 0) throw new EngineError('input-empty', m.engine_no_sound());
  if (!samples.every(Number.isFinite)) throw inputNotFinite();
}
