import { limitPeak } from '../dsp/arrays';

/**
 * Mono samples at 24 kHz that carry a mark, in memory that nothing else can write to. What encodes or archives a
 * conversion accepts nothing else. Only the embedder makes them: the index of this folder exports the type alone.
 */
export class MarkedSamples {
  readonly #samples: Float32Array;

  /** Takes `samples` over. */
  constructor(samples: Float32Array) {
    this.#samples = samples;
  }

  get length(): number {
    return this.#samples.length;
  }

  /** A copy. */
  slice(start?: number, end?: number): Float32Array<ArrayBuffer> {
    return this.#samples.slice(start, end);
  }

  /**
   * Scales all samples in place so that no peak exceeds 0.98. The mark is a pattern of level ratios, which a common gain
   * leaves as they are.
   */
  limitPeak(): this {
    limitPeak(this.#samples);
    return this;
  }
}
