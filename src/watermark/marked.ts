import { limitPeak } from '../dsp/arrays';

/**
 * Mono samples at 24 kHz that carry a mark, in memory that no other code can write to. `encode` in src/export accepts no
 * other type. Only the embedder makes them: the index of this folder exports the type alone.
 */
export class MarkedSamples {
  readonly #samples: Float32Array;

  /** `samples` must not be written to afterwards. */
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
   * Scales all samples in place so that the peak is at most 0.98. The mark is a pattern of level ratios, which a common gain
   * does not change.
   */
  limitPeak(): this {
    limitPeak(this.#samples);
    return this;
  }
}
