import { requirePermission, type Use } from '../provenance';
import { ContentEncoder } from './content';
import { EngineError } from './errors';
import { Frontend } from './frontend';
import { Generator } from './generator';
import type { Networks } from './network';
import { PitchTracker } from './pitch';
import { PitchMap } from './pitch-map';
import { DEFAULT_SPEECH_LEVEL_DB } from './profile';
import { Resampler } from './resample';
import { Retrieval } from './retrieval';
import { SampleQueue } from './sample-queue';
import {
  ANALYSIS_HOP,
  ANALYSIS_RATE_HZ,
  BANDS,
  CODE_SIZE,
  FRAMES_PER_CODE,
  LOG_MEL_FLOOR,
  SILENCE_DB,
  SYNTHESIS_RATE_HZ,
} from './signal';
import { Synthesiser } from './synthesis';
import type { ConversionControls, SourceProfile } from './types';
import type { Voice } from './voice';

const GATE_SHUT_DB = -70;
const GATE_OPEN_DB = -64;
const MAX_GAIN_DB = 30;
/** Beyond this an input sample is a fault, not speech. */
const MAX_SAMPLE = 8;

export interface StreamOptions {
  networks: Networks;
  voice: Voice;
  controls: ConversionControls;
  profile: SourceProfile;
  sampleRateHz: number;
  /** What the voice is used for; its consent record has to allow it. Default `convert`. */
  use?: Use;
  /** Content codes (20 ms) to one run of the networks. Constant, so that shapes are. Default 50. */
  blockCodes?: number;
}

/**
 * Converts a stream of mono samples. What comes out is 24 kHz, aligned with the input sample by sample
 * and as long as it; how the input is cut up changes nothing.
 *
 * `push` and `end` return the samples that are ready. They may be called without waiting for each other;
 * after an error every further call gives the same error.
 */
export class ConversionStream {
  private readonly resampler: Resampler;
  private readonly frontend = new Frontend();
  private readonly tracker = new PitchTracker();
  private readonly content: ContentEncoder;
  private readonly generator: Generator;
  private readonly retrieval: Retrieval;
  private readonly pitchMap: PitchMap;
  private readonly synthesiser: Synthesiser;
  private readonly sampleRateHz: number;
  private readonly gain: number;
  private readonly blockFrames: number;
  /** Features that wait for the slowest of them. Frames count at 100 a second, codes at 50. */
  private readonly logMel = new SampleQueue(256 * BANDS);
  private readonly loudnessDb = new SampleQueue(256);
  private readonly f0Hz = new SampleQueue(256);
  private readonly voiced = new SampleQueue(256);
  private readonly codes = new SampleQueue(128 * CODE_SIZE);
  private generated = 0;
  private synthesised = 0;
  private received = 0;
  private produced = 0;
  private tail: Promise<unknown> = Promise.resolve();

  /** Throws a ConsentError where the voice may not be used so. */
  constructor(options: StreamOptions) {
    const { networks, voice, controls, profile, sampleRateHz, use = 'convert', blockCodes = 50 } = options;
    requirePermission(voice.leave.sealed, use, voice.leave);
    this.resampler = new Resampler(sampleRateHz, ANALYSIS_RATE_HZ);
    this.content = new ContentEncoder(networks);
    this.generator = new Generator(networks, voice.embedding);
    this.retrieval = new Retrieval(voice);
    this.pitchMap = new PitchMap(controls, profile, voice);
    this.synthesiser = new Synthesiser(controls);
    this.sampleRateHz = sampleRateHz;
    this.gain = inputGain(profile, voice);
    this.blockFrames = blockCodes * FRAMES_PER_CODE;
  }

  push(samples: Float32Array): Promise<Float32Array> {
    return this.inTurn(async () => {
      this.received += samples.length;
      this.analyse(this.resampler.push(samples));
      return this.process();
    });
  }

  /** Flushes; over the whole stream, round(seconds * 24 000) samples came out. */
  end(): Promise<Float32Array> {
    return this.inTurn(async () => {
      const rest = this.resampler.end();
      const held = (this.received * ANALYSIS_RATE_HZ) / this.sampleRateHz;
      const padded = new Float32Array(rest.length + ANALYSIS_HOP - (Math.ceil(held) % ANALYSIS_HOP));
      padded.set(rest);
      this.analyse(padded);
      this.keepPitch(this.tracker.end());
      const total = Math.round((this.received / this.sampleRateHz) * SYNTHESIS_RATE_HZ);
      const parts = [await this.process()];
      while (this.produced < total) {
        this.keepSilence(this.blockFrames);
        parts.push(await this.process());
      }
      const joined = join(parts);
      this.dispose();
      return joined.subarray(0, joined.length - (this.produced - total));
    });
  }

  /** Frees the networks' state; needed only where a stream is left before its end. */
  dispose(): void {
    this.content.dispose();
    this.generator.dispose();
  }

  private inTurn(task: () => Promise<Float32Array>): Promise<Float32Array> {
    const result = this.tail.then(task);
    this.tail = result;
    // Whoever called sees the error; the chain only has to hand it on.
    result.catch(() => undefined);
    return result;
  }

  private analyse(samples: Float32Array): void {
    for (let i = 0; i < samples.length; i++) {
      const x = samples[i]! * this.gain;
      if (!Number.isFinite(x)) throw inputNotFinite();
      samples[i] = Math.max(-MAX_SAMPLE, Math.min(MAX_SAMPLE, x));
    }
    const { logMel, loudnessDb } = this.frontend.push(samples);
    this.logMel.push(logMel);
    this.loudnessDb.push(loudnessDb);
    this.keepPitch(this.tracker.push(samples, loudnessDb));
  }

  private keepPitch({ f0Hz, voiced }: { f0Hz: Float32Array; voiced: Float32Array }): void {
    this.f0Hz.push(f0Hz.map((hz) => this.pitchMap.map(hz)));
    this.voiced.push(voiced);
  }

  private keepSilence(frames: number): void {
    this.logMel.push(new Float32Array(frames * BANDS).fill(LOG_MEL_FLOOR));
    this.loudnessDb.push(new Float32Array(frames).fill(SILENCE_DB));
    this.keepPitch({ f0Hz: new Float32Array(frames), voiced: new Float32Array(frames) });
  }

  private async process(): Promise<Float32Array> {
    const parts: Float32Array[] = [];
    const melBlock = this.blockFrames * BANDS;
    while (this.logMel.end - this.logMel.start >= melBlock) {
      const codes = await this.content.push(this.logMel.view().slice(0, melBlock));
      this.logMel.dropBefore(this.logMel.start + melBlock);
      this.retrieval.apply(codes);
      this.codes.push(codes);
    }
    while (this.generatorIsReady()) parts.push(await this.generate());
    const output = join(parts);
    this.produced += output.length;
    return output;
  }

  private generatorIsReady(): boolean {
    const end = this.generated + this.blockFrames;
    return this.codes.end >= (end / FRAMES_PER_CODE) * CODE_SIZE && this.f0Hz.end >= end;
  }

  private async generate(): Promise<Float32Array> {
    const frames = this.blockFrames;
    const codesEnd = ((this.generated + frames) / FRAMES_PER_CODE) * CODE_SIZE;
    const row = (queue: SampleQueue, from: number, count: number) =>
      queue.view().slice(from - queue.start, from - queue.start + count);
    const gains = await this.generator.push({
      contentCodes: row(this.codes, this.codes.start, codesEnd - this.codes.start),
      f0Hz: row(this.f0Hz, this.generated, frames),
      voiced: row(this.voiced, this.generated, frames),
      loudnessDb: row(this.loudnessDb, this.generated, frames),
    });
    this.codes.dropBefore(codesEnd);
    this.generated += frames;
    const from = this.synthesised;
    const output = this.synthesiser.push({
      ...gains,
      f0Hz: row(this.f0Hz, from, gains.frames),
      voiced: row(this.voiced, from, gains.frames),
      gate: row(this.loudnessDb, from, gains.frames).map(gateOf),
    });
    this.synthesised += gains.frames;
    for (const queue of [this.f0Hz, this.voiced, this.loudnessDb]) queue.dropBefore(this.synthesised);
    return output;
  }
}

export function inputNotFinite(): EngineError {
  return new EngineError(
    'input-not-finite',
    'This recording holds samples that are no numbers, so it was not converted. The file is unchanged; save it again as 16-bit WAV and drop that here.',
  );
}

/** Factor that brings the take's speech to the level the voice was made at. 1 for a silent take. */
function inputGain(profile: SourceProfile, voice: Voice): number {
  if (profile.speechLevelDb <= SILENCE_DB) return 1;
  const wanted = Number.isFinite(voice.speechLevelDb) ? voice.speechLevelDb : DEFAULT_SPEECH_LEVEL_DB;
  return 10 ** (Math.max(-MAX_GAIN_DB, Math.min(MAX_GAIN_DB, wanted - profile.speechLevelDb)) / 20);
}

/** Silence in, silence out: 0 below -70 dB, 1 above -64 dB. */
function gateOf(loudnessDb: number): number {
  return Math.max(0, Math.min(1, (loudnessDb - GATE_SHUT_DB) / (GATE_OPEN_DB - GATE_SHUT_DB)));
}

function join(parts: Float32Array[]): Float32Array {
  const output = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    output.set(part, at);
    at += part.length;
  }
  return output;
}
