import { SYNTHESIS_RATE_HZ } from '../../dsp/signal';
import type { RecordedBlock } from '../live-types';

/**
 * Cuts a take out of a running stream: what goes in from now on, and what becomes of it.
 *
 * `post` gets blocks whose buffers it may take away, then null once everything that went in has come out.
 */
export class TakeTap {
  private toDrop: number;
  private inputSamples = 0;
  private outputSamples = 0;
  private isEnding = false;
  private isDone = false;

  /** `heldSeconds`: how far the output is behind the input. */
  constructor(
    heldSeconds: number,
    private readonly sampleRateHz: number,
    private readonly post: (block: RecordedBlock | null) => void,
  ) {
    this.toDrop = Math.round(heldSeconds * SYNTHESIS_RATE_HZ);
  }

  push(input: Float32Array<ArrayBuffer>, output: Float32Array<ArrayBuffer>): void {
    if (this.isDone) return;
    const heard = this.isEnding ? input.subarray(0, 0) : input;
    this.inputSamples += heard.length;
    const dropped = Math.min(this.toDrop, output.length);
    this.toDrop -= dropped;
    const left = Math.round((this.inputSamples / this.sampleRateHz) * SYNTHESIS_RATE_HZ) - this.outputSamples;
    const spoken = output.subarray(dropped, dropped + left);
    this.outputSamples += spoken.length;
    if (heard.length + spoken.length > 0) this.post({ input: heard.slice(), output: spoken.slice() });
    if (this.isEnding && spoken.length === left) this.finish();
  }

  /** Lets nothing more in; what went in still comes out. */
  end(): void {
    this.isEnding = true;
  }

  /** Ends at once. */
  finish(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.post(null);
  }
}
