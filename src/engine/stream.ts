import { requirePermission, type Use } from '../provenance';
import { concat } from '../dsp/arrays';
import { ContentEncoder } from './content';
import { Frontend, type SpectrumFrames } from './analysis/frontend';
import { FrameGate, noiseAttenuation } from './analysis/gate';
import { InputLevel } from './analysis/input-level';
import { Generator } from './generator';
import type { Networks } from './backends/network';
import { PitchTracker, type PitchFrames } from './analysis/pitch';
import { PitchMap } from './pitch-map';
import { Resampler } from '../dsp/resample';
import { Retrieval } from './retrieval';
import { FloatQueue } from '../dsp/float-queue';
import { ANALYSIS_HOP, ANALYSIS_RATE_HZ, SILENCE_DB, SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { BANDS, CODE_DELAY_FRAMES, CODE_SIZE, FRAMES_PER_CODE, LOG_MEL_FLOOR, TIMBRE_BANDS } from './shapes';
import { PeriodSound } from './synthesis/period-sound';
import { Synthesiser } from './synthesis/synthesis';
import { blendTexture } from './texture';
import type { ConversionControls, SourceProfile } from './types';
import type { Voice } from './voice';

/** Replaces the content network's codes. */
export interface CodeJoiner {
  /** The next codes [n, 128] of the content network -> codes [m, 128] that are ready; later pushes return the others, in order. */
  push(codes: Float32Array): Promise<Float32Array>;
}

export interface StreamOptions {
  networks: Networks;
  voice: Voice;
  controls: ConversionControls;
  profile: SourceProfile;
  sampleRateHz: number;
  /** The use that the voice's consent record must allow. Default `convert`. */
  use?: Use;
  /** Content codes (20 ms each) per run of the networks. Default 50. */
  blockCodes?: number;
  /** Input level in dBFS from which a frame is speech; longer stretches below it are muted. Default null: none are. */
  gateDb?: number | null;
  /** What makes other codes of those of the content network, before retrieval. Default: they are used as they are. */
  joiner?: CodeJoiner | undefined;
  /** Called with the analysed frames, to update a profile: unbiased pitch, and `loudnessDb` of the input. */
  onFrames?: (pitch: PitchFrames, loudnessDb: Float32Array) => void;
  /** Called with the samples at 16 kHz after the input gain in dB, and the frames that they complete. */
  onSpectra?: (samples: Float32Array, spectra: SpectrumFrames, gainDb: number) => void;
}

/** Options that `adjust` can change while a stream runs. */
export type StreamChange = Partial<
  Pick<StreamOptions, 'voice' | 'controls' | 'profile' | 'blockCodes' | 'gateDb'>
>;

/**
 * Converts a stream of mono samples. The output has 24 kHz, is aligned with the input in time, and has the same duration.
 * It does not depend on how the input is split into pushes.
 *
 * `push` and `end` return the samples that are ready. A call may start before the previous one has resolved;
 * after an error, every later call rejects with the same error.
 */
export class ConversionStream {
  private readonly resampler: Resampler;
  private readonly frontend = new Frontend();
  private readonly tracker: PitchTracker;
  private readonly content: ContentEncoder;
  private readonly generator: Generator;
  private readonly synthesiser: Synthesiser;
  private readonly gate = new FrameGate();
  private readonly options: StreamOptions;
  private retrieval: Retrieval;
  private pitchMap: PitchMap;
  private period: PeriodSound | undefined;
  private readonly level: InputLevel;
  private blockFrames: number;
  /** Features that are queued until those with a longer look-ahead are available. 100 frames per second, 50 codes per second. */
  private readonly logMel = new FloatQueue(256 * BANDS);
  private readonly loudnessDb = new FloatQueue(256);
  private readonly f0Hz = new FloatQueue(256);
  private readonly voiced = new FloatQueue(256);
  private readonly gates = new FloatQueue(256);
  private readonly codes = new FloatQueue(128 * CODE_SIZE);
  private readonly timbre = new FloatQueue(128 * TIMBRE_BANDS);
  /** Frames whose content codes are computed, whose gains are computed, and that are synthesised. */
  private encoded = 0;
  private generated = 0;
  private synthesised = 0;
  /** Input samples at `sampleRateHz`, and output samples at 24 kHz. */
  private received = 0;
  private produced = 0;
  private tail: Promise<unknown> = Promise.resolve();

  /** Throws a ConsentError if the consent record does not allow `use`. */
  constructor(options: StreamOptions) {
    const { networks, voice, controls, profile, sampleRateHz, blockCodes = 50, gateDb = null } = options;
    requireUse(voice, options.use);
    this.options = { ...options };
    this.resampler = new Resampler(sampleRateHz, ANALYSIS_RATE_HZ);
    this.content = new ContentEncoder(networks);
    this.generator = new Generator(networks, voice);
    this.retrieval = new Retrieval(voice);
    this.pitchMap = new PitchMap(controls, profile, voice);
    this.synthesiser = new Synthesiser(controls);
    this.period = periodOf(voice, controls);
    this.gate.thresholdDb = gateDb;
    Object.assign(this.gate, noiseAttenuation(profile));
    this.level = new InputLevel(profile, voice);
    this.tracker = new PitchTracker(this.level.amplified(profile));
    this.blockFrames = blockCodes * FRAMES_PER_CODE;
  }

  /** Seconds of input whose output has not been returned yet. */
  get heldSeconds(): number {
    return this.received / this.options.sampleRateHz - this.produced / SYNTHESIS_RATE_HZ;
  }

  /**
   * Changes options from the next frame on. Network state and queues are kept, so timbre and pitch change without a click
   * within one or two frames, the level with a time constant of 50 ms. Must not be called while a `push` is pending.
   * Throws a ConsentError if the consent record does not allow the stream's use.
   */
  adjust(change: StreamChange): void {
    const { voice: before, controls: controlsBefore } = this.options;
    requireUse(change.voice ?? before, this.options.use);
    Object.assign(this.options, change);
    const { voice, controls, profile, blockCodes, gateDb = null } = this.options;
    if (voice !== before) {
      this.retrieval = new Retrieval(voice);
      this.generator.voice = voice;
    }
    this.pitchMap = new PitchMap(controls, profile, voice, this.pitchMap);
    this.synthesiser.control(controls);
    if (voice !== before || controls.sound !== controlsBefore.sound) this.period = periodOf(voice, controls);
    this.gate.thresholdDb = gateDb;
    Object.assign(this.gate, noiseAttenuation(profile));
    this.level.setTarget(profile, voice);
    this.tracker.speaker = this.level.amplified(profile);
    if (blockCodes) this.blockFrames = blockCodes * FRAMES_PER_CODE;
  }

  push(samples: Float32Array): Promise<Float32Array> {
    return this.enqueue(async () => {
      this.received += samples.length;
      this.analyse(this.resampler.push(samples));
      return this.process();
    });
  }

  /** Pads the input with silence and flushes; the total output of the stream is round(seconds * 24 000) samples. */
  end(): Promise<Float32Array> {
    return this.enqueue(async () => {
      const rest = this.resampler.end();
      const resampled = (this.received * ANALYSIS_RATE_HZ) / this.options.sampleRateHz;
      const padded = new Float32Array(rest.length + ANALYSIS_HOP - (Math.ceil(resampled) % ANALYSIS_HOP));
      padded.set(rest);
      this.analyse(padded);
      this.queuePitch(this.tracker.end());
      const total = Math.round((this.received / this.options.sampleRateHz) * SYNTHESIS_RATE_HZ);
      const parts = [await this.process()];
      while (this.produced < total) {
        this.queueSilence(this.blockFrames);
        parts.push(await this.process());
      }
      const joined = concat(parts);
      this.dispose();
      return joined.subarray(0, joined.length - (this.produced - total));
    });
  }

  /** Frees the networks' state; `end` does so too. */
  dispose(): void {
    this.content.dispose();
    this.generator.dispose();
  }

  private enqueue(task: () => Promise<Float32Array>): Promise<Float32Array> {
    const result = this.tail.then(task);
    this.tail = result;
    // The caller gets the rejection; this only prevents an unhandled one of `tail`.
    result.catch(() => undefined);
    return result;
  }

  private analyse(samples: Float32Array): void {
    this.level.apply(samples);
    const spectra = this.frontend.push(samples);
    const { logMel, loudnessDb } = spectra;
    this.logMel.push(logMel);
    const pitch = this.tracker.push(samples, loudnessDb);
    const { gainDb } = this.level;
    this.options.onSpectra?.(samples, spectra, gainDb);
    this.options.onFrames?.(
      pitch,
      loudnessDb.map((db) => db - gainDb),
    );
    this.queueLoudness(loudnessDb);
    this.queuePitch(pitch);
  }

  private queueLoudness(loudnessDb: Float32Array): void {
    this.loudnessDb.push(loudnessDb);
    this.gates.push(this.gate.push(loudnessDb, this.level.gainDb));
  }

  private queuePitch({ f0Hz, voiced }: Pick<PitchFrames, 'f0Hz' | 'voiced'>): void {
    this.f0Hz.push(f0Hz.map((hz) => this.pitchMap.map(hz)));
    this.voiced.push(voiced);
  }

  private queueSilence(frames: number): void {
    this.logMel.push(new Float32Array(frames * BANDS).fill(LOG_MEL_FLOOR));
    this.queueLoudness(new Float32Array(frames).fill(SILENCE_DB));
    this.queuePitch({ f0Hz: new Float32Array(frames), voiced: new Float32Array(frames) });
  }

  private async process(): Promise<Float32Array> {
    const parts: Float32Array[] = [];
    while (this.logMel.end >= (this.encoded + this.blockFrames - CODE_DELAY_FRAMES) * BANDS) {
      const own = await this.content.push(this.delayedLogMel());
      this.encoded += this.blockFrames;
      const codes = (await this.options.joiner?.push(own)) ?? own;
      this.timbre.push(this.retrieval.apply(codes));
      this.codes.push(codes);
    }
    while (this.generatorIsReady()) parts.push(await this.generate());
    const output = concat(parts);
    this.produced += output.length;
    return output;
  }

  /** `logMel` of the next block, one frame late (CODE_DELAY_FRAMES); the first frame is repeated at the start. */
  private delayedLogMel(): Float32Array {
    const from = this.encoded - CODE_DELAY_FRAMES;
    if (from >= 0) return this.logMel.slice(from * BANDS, this.blockFrames * BANDS);
    return concat([
      this.logMel.slice(0, BANDS),
      this.logMel.slice(0, (this.blockFrames - CODE_DELAY_FRAMES) * BANDS),
    ]);
  }

  private generatorIsReady(): boolean {
    const end = this.generated + this.blockFrames;
    return (
      this.codes.end >= (end / FRAMES_PER_CODE) * CODE_SIZE && Math.min(this.f0Hz.end, this.gates.end) >= end
    );
  }

  private async generate(): Promise<Float32Array> {
    const frames = this.blockFrames;
    const codesEnd = (this.generated + frames) / FRAMES_PER_CODE;
    const codes = frames / FRAMES_PER_CODE;
    const timbre = this.timbre.slice(this.timbre.start, codes * TIMBRE_BANDS);
    const loudnessDb = this.loudnessDb.slice(this.generated, frames);
    const logMel = this.logMel.slice(this.generated * BANDS, frames * BANDS);
    blendTexture(logMel, loudnessDb, timbre, this.options.voice.textureBlend);
    const gains = await this.generator.push({
      contentCodes: this.codes.slice(this.codes.start, codes * CODE_SIZE),
      timbre,
      f0Hz: this.f0Hz.slice(this.generated, frames),
      voiced: this.voiced.slice(this.generated, frames),
      loudnessDb,
      logMel,
    });
    this.codes.dropBefore(codesEnd * CODE_SIZE);
    this.timbre.dropBefore(codesEnd * TIMBRE_BANDS);
    this.generated += frames;
    this.logMel.dropBefore((this.generated - CODE_DELAY_FRAMES) * BANDS);
    const from = this.synthesised;
    const end = from + gains.frames;
    // F0 and gate are known earlier than the gains. If those of the next frame are known, the last frame can be rendered now.
    const isNextKnown = Math.min(this.f0Hz.end, this.gates.end) > end;
    const sources = gains.frames + Number(isNextKnown);
    const output = this.synthesiser.push({
      ...gains,
      f0Hz: this.f0Hz.slice(from, sources),
      voiced: this.voiced.slice(from, sources),
      gate: this.gates.slice(from, sources),
    });
    this.synthesised = end;
    for (const queue of [this.f0Hz, this.voiced, this.loudnessDb, this.gates]) queue.dropBefore(end);
    return this.period?.push(output) ?? output;
  }
}

function periodOf({ recorded }: Voice, { sound }: ConversionControls): PeriodSound | undefined {
  return recorded && sound === 'recorded' ? new PeriodSound(recorded) : undefined;
}

function requireUse(voice: Voice, use: Use = 'convert'): void {
  requirePermission(voice.permission.sealed, use, voice.permission);
}
