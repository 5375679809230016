import { requirePermission, type Use } from '../provenance';
import { limitPeak } from '../dsp/arrays';
import { EngineError, throwIfCancelled } from './errors';
import type { EarNetworks, Networks } from './backends/network';
import { TakeEar } from './ear/take-ear';
import { profileTake } from './analysis/profile';
import { SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { inputNotFinite } from './analysis/input-level';
import { ConversionStream } from './stream';
import { TakeProgress } from './take-progress';
import { nextTask } from '../dsp/task';
import type { ConversionControls, ConvertProgress, SourceProfile } from './types';
import type { Voice } from './voice';

/** Computing time of the ear per second of a take, relative to that of the stream. */
const EAR_COST = 0.6;

export interface TakeOptions {
  networks: Networks;
  /** The ear, to join what it hears with the content network's codes. Default: these are used alone. */
  ear?: EarNetworks | undefined;
  voice: Voice;
  controls: ConversionControls;
  samples: Float32Array;
  sampleRateHz: number;
  onProgress?: (progress: ConvertProgress) => void;
  signal?: AbortSignal | undefined;
  /** A profile measured earlier. Default: the profile of the take is measured. */
  profile?: SourceProfile | undefined;
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
  /** Seconds of computing per second of speech, including the profile and the ear. */
  rtf: number;
  profile: SourceProfile;
}

/**
 * Converts a whole take: measures its profile, hears it with the ear if there is one, pushes it through a stream one second at a
 * time, and scales the result so that no peak exceeds 0.98.
 *
 * Rejects with `input-empty`, `input-not-finite`, `input-rate` (the SampleRateError of dsp/resample.ts), `cancelled`, a
 * ConsentError, or what the networks throw.
 */
export async function convertTake(options: TakeOptions): Promise<ConvertedTake> {
  const { networks, voice, controls, samples, sampleRateHz, signal, use = 'convert', blockCodes } = options;
  requirePermission(voice.permission.sealed, use, voice.permission);
  checkSamples(samples);
  const startedMs = performance.now();
  const profile = options.profile ?? (await profileTake(samples, sampleRateHz, signal));
  const seconds = samples.length / sampleRateHz;
  const output = new Float32Array(Math.round(seconds * SYNTHESIS_RATE_HZ));
  const joiner = options.ear && new TakeEar(options.ear, samples, sampleRateHz, profile);
  const earWork = joiner ? (EAR_COST * seconds * joiner.measured.length) / joiner.windows.length : 0;
  const work = seconds * (joiner ? 1 + EAR_COST : 1);
  const progress = new TakeProgress(seconds, work, options.onProgress);
  await joiner?.measure(async (done) => {
    if (done > 0) progress.report((earWork * done) / joiner.measured.length);
    await nextTask();
    throwIfCancelled(signal);
  });
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
  let done = 0;
  const append = (part: Float32Array) => {
    output.set(part, done);
    done += part.length;
  };
  try {
    for (let at = 0; at < samples.length; at += sampleRateHz) {
      await nextTask();
      throwIfCancelled(signal);
      append(await stream.push(samples.subarray(at, at + sampleRateHz)));
      const share = Math.min(1, (at + sampleRateHz) / samples.length);
      progress.report(earWork + share * (work - earWork));
    }
    throwIfCancelled(signal);
    append(await stream.end());
  } catch (error) {
    stream.dispose();
    throw error;
  }
  limitPeak(output);
  return { samples: output, seconds, rtf: (performance.now() - startedMs) / 1000 / seconds, profile };
}

function checkSamples(samples: Float32Array): void {
  if (samples.length === 0) {
    throw new EngineError(
      'input-empty',
      'There is no sound in this recording, so there is nothing to convert. Record again, or choose another file.',
    );
  }
  if (!samples.every(Number.isFinite)) throw inputNotFinite();
}
