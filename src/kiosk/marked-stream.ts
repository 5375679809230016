import { concat } from '../dsp/arrays';
import { RunningLimiter } from '../dsp/running-limiter';
import { SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { WatermarkEmbedder, type WatermarkPayload } from '../watermark';

const FADE_SAMPLES = 0.01 * SYNTHESIS_RATE_HZ;

/** Marks converted samples as they are made and limits their peaks: what is heard, and what the mark is found in, are the same. */
export class MarkedStream {
  private readonly embedder: WatermarkEmbedder;
  private readonly limiter = new RunningLimiter(FADE_SAMPLES);
  private readonly parts: Float32Array[] = [];
  private received = 0;

  constructor(payload: WatermarkPayload) {
    this.embedder = new WatermarkEmbedder(payload);
  }

  /**
   * `samples` from index `at` on -> the marked samples that no later ones change. Those that were passed before are left out: after the
   * loss of a GPU a take is converted from its start again.
   */
  push(samples: Float32Array, at: number): Float32Array {
    const fresh = samples.subarray(Math.max(0, this.received - at));
    this.received += fresh.length;
    return this.keep(this.limiter.push(this.embedder.push(fresh).slice()));
  }

  end(): Float32Array {
    const last = this.limiter.push(this.embedder.end().slice());
    return this.keep(concat([last, this.limiter.end()]));
  }

  /** A copy of all marked samples so far. */
  whole(): Float32Array<ArrayBuffer> {
    return concat(this.parts);
  }

  erase(): void {
    for (const part of this.parts) part.fill(0);
    this.parts.length = 0;
  }

  private keep(part: Float32Array): Float32Array {
    this.parts.push(part);
    return part;
  }
}
