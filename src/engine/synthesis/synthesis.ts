import { EnvelopeReader, MinimumPhase } from './envelope';
import { Excitation, type SourceFrame } from './excitation';
import { RealFft } from '../../dsp/fft';
import { periodicHann, SYNTHESIS_HOP } from '../../dsp/signal';
import { BANDS } from '../shapes';

const WINDOW = 2 * SYNTHESIS_HOP;
const FFT_SIZE = 1024;
const BINS = FFT_SIZE / 2 + 1;

export interface SynthesisControls {
  formantRatio: number;
  unvoicedLevelDb: number;
}

/**
 * Frames to render: log gains [frames, 80]; `f0Hz`, `voiced` and `gate` [frames] or [frames + 1].
 *
 * Rendering frame t needs `f0Hz`, `voiced` and `gate` of frame t + 1. With [frames + 1] values the last frame is rendered by this
 * push, with [frames] by the next one.
 */
export interface SynthesisFrames {
  frames: number;
  harmonicLogGain: Float32Array;
  noiseLogGain: Float32Array;
  f0Hz: Float32Array;
  voiced: Float32Array;
  gate: Float32Array;
}

/**
 * Filters a harmonic and a noise excitation frame by frame and overlap-adds the frames, at 24 kHz; `synthesise` of
 * models/pipeline/synthesis.py is the reference.
 *
 * Frame t is excitation samples [240 t - 240, 240 t + 240) under a Hann window, centred at sample 240 t. The response of the
 * zero-phase noise filter also extends before its frame. To wait for that would add 11 ms of latency, so it stays where the
 * circular convolution wraps it to, after the frame, as in training. The output is finite for any gains, and exactly
 * zero once the gate has been 0 for 1024 samples.
 */
export class Synthesiser {
  private readonly excitation = new Excitation();
  private reader: EnvelopeReader;
  private unvoicedOffset: number;
  private readonly minimumPhase = new MinimumPhase(FFT_SIZE);
  private readonly fft = new RealFft(FFT_SIZE);
  private readonly window = periodicHann(WINDOW);
  private readonly harmonic = new Float64Array(WINDOW);
  private readonly noise = new Float64Array(WINDOW);
  private readonly windowed = new Float64Array(FFT_SIZE);
  private readonly spectrum = new Float64Array(2 * FFT_SIZE);
  /** Spectrum of the frame being rendered: both sources, filtered. */
  private readonly filtered = new Float64Array(2 * FFT_SIZE);
  private readonly logMagnitude = new Float64Array(BINS);
  private readonly phase = new Float64Array(BINS);
  /** Sum of the frames rendered so far; index 0 is sample 240 t - 240, where t is the frame being added. */
  private readonly overlap = new Float64Array(FFT_SIZE);
  private readonly lastHarmonic = new Float32Array(BANDS);
  private readonly lastNoise = new Float32Array(BANDS);
  private last: SourceFrame = { f0Hz: 0, voiced: 0, gate: 0 };
  private next: SourceFrame = { f0Hz: 0, voiced: 0, gate: 0 };
  /** Whether `last` holds a frame that is not rendered yet. */
  private isPending = false;
  private rendered = 0;

  constructor(private controls: SynthesisControls) {
    this.reader = new EnvelopeReader(BINS, controls.formantRatio);
    this.unvoicedOffset = (controls.unvoicedLevelDb * Math.LN10) / 20;
  }

  /** Changes the controls from the next frame on; the overlap of the frames cross-fades the change. */
  control(controls: SynthesisControls): void {
    if (controls.formantRatio !== this.controls.formantRatio)
      this.reader = new EnvelopeReader(BINS, controls.formantRatio);
    this.unvoicedOffset = (controls.unvoicedLevelDb * Math.LN10) / 20;
    this.controls = controls;
  }

  /** Returns the samples that are complete with these frames; the output is one or two frames late. */
  push(input: SynthesisFrames): Float32Array {
    const before = samplesOf(this.rendered);
    const isNextKnown = input.f0Hz.length > input.frames;
    const frames = Number(this.isPending) + input.frames - Number(!isNextKnown);
    const output = new Float32Array(samplesOf(this.rendered + Math.max(0, frames)) - before);
    for (let i = 0; i < input.frames; i++) {
      this.advance(input, i, output, before);
      this.lastHarmonic.set(input.harmonicLogGain.subarray(i * BANDS, (i + 1) * BANDS));
      this.lastNoise.set(input.noiseLogGain.subarray(i * BANDS, (i + 1) * BANDS));
      [this.last, this.next] = [this.next, this.last];
      this.isPending = true;
    }
    if (isNextKnown && input.frames > 0) this.advance(input, input.frames, output, before);
    return output;
  }

  /** Sets `next` to the source parameters of frame `index`, and renders the frame before it. */
  private advance(input: SynthesisFrames, index: number, output: Float32Array, before: number): void {
    this.next.f0Hz = input.f0Hz[index]!;
    this.next.voiced = input.voiced[index]!;
    this.next.gate = input.gate[index]!;
    if (!this.isPending) return;
    this.renderLast(output, (this.rendered - 1) * SYNTHESIS_HOP - before);
    this.rendered++;
    this.isPending = false;
  }

  /** Renders the frame `last` and writes the hop of samples it completes to `output` from index `at`; negative indices are skipped. */
  private renderLast(output: Float32Array, at: number): void {
    const { harmonic, noise, overlap, filtered, windowed } = this;
    this.excitation.fill(this.last, this.next, harmonic, noise, SYNTHESIS_HOP);
    filtered.fill(0);
    const isVoiced = this.filterHarmonic();
    if (this.filterNoise() || isVoiced) {
      this.fft.inverse(filtered, windowed);
      for (let i = 0; i < FFT_SIZE; i++) overlap[i]! += windowed[i]!;
    }
    for (let i = 0; i < SYNTHESIS_HOP; i++) if (at + i >= 0) output[at + i] = overlap[i]!;
    overlap.copyWithin(0, SYNTHESIS_HOP);
    overlap.fill(0, overlap.length - SYNTHESIS_HOP);
    harmonic.copyWithin(0, SYNTHESIS_HOP);
    noise.copyWithin(0, SYNTHESIS_HOP);
  }

  /** Adds the filtered harmonic source to `filtered`; returns false if the source is silent. */
  private filterHarmonic(): boolean {
    if (!this.transform(this.harmonic)) return false;
    const { spectrum, filtered, logMagnitude, phase } = this;
    this.reader.read(this.lastHarmonic, 0, 0, logMagnitude);
    this.minimumPhase.phase(logMagnitude, phase);
    for (let k = 0; k < BINS; k++) {
      const magnitude = Math.exp(logMagnitude[k]!);
      const re = magnitude * Math.cos(phase[k]!);
      const im = magnitude * Math.sin(phase[k]!);
      const x = spectrum[2 * k]!;
      const y = spectrum[2 * k + 1]!;
      filtered[2 * k]! += x * re - y * im;
      filtered[2 * k + 1]! += x * im + y * re;
    }
    return true;
  }

  /** Adds the filtered noise source to `filtered`; returns false if the source is silent. */
  private filterNoise(): boolean {
    if (!this.transform(this.noise)) return false;
    const { spectrum, filtered, logMagnitude } = this;
    this.reader.read(this.lastNoise, 0, (1 - this.last.voiced) * this.unvoicedOffset, logMagnitude);
    for (let k = 0; k < BINS; k++) {
      const magnitude = Math.exp(logMagnitude[k]!);
      filtered[2 * k]! += spectrum[2 * k]! * magnitude;
      filtered[2 * k + 1]! += spectrum[2 * k + 1]! * magnitude;
    }
    return true;
  }

  /** Writes the windowed spectrum of a source to `spectrum`; returns false if the source is silent. */
  private transform(source: Float64Array): boolean {
    const { windowed, window } = this;
    let isSilent = true;
    for (let i = 0; i < WINDOW; i++) {
      windowed[i] = source[i]! * window[i]!;
      if (windowed[i] !== 0) isSilent = false;
    }
    if (isSilent) return false;
    windowed.fill(0, WINDOW);
    this.fft.forward(windowed, this.spectrum);
    return true;
  }
}

/** Samples that are complete once `frames` frames are rendered. */
function samplesOf(frames: number): number {
  return Math.max(0, frames - 1) * SYNTHESIS_HOP;
}
