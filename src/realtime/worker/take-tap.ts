import { SYNTHESIS_RATE_HZ } from '../../dsp/signal';
import type { RecordedBlock } from '../live-types';

/**
 * Records a take from a running stream: the input from now on, and its conversion.
 *
 * `post` gets blocks whose buffers it may transfer, and null once all recorded input has been converted.
 */
export class TakeTap {
  private toDrop: number;
  private inputSamples = 0;
  private outputSamples = 0;
  private isEnding = false;
  private isDone = false;

  /** `heldSeconds`: delay of the output behind the input. */
  constructor(
    heldSeconds: number,
    private readonly sampleRateHz: number,
    private readonly post: (block: RecordedBlock | null) => void,
  ) {
    this.toDrop = Math.round(heldSeconds * SYNTHESIS_RATE_HZ);
  }

  push(input: Float32Array<ArrayBuffer>, output: Float32Array<ArrayBuffer>): void {
    if (this.isDone) return;
    const recorded = this.isEnding ? input.subarray(0, 0) : input;
    this.inputSamples += recorded.length;
    const dropped = Math.min(this.toDrop, output.length);
    this.toDrop -= dropped;
    const left = Math.round((this.inputSamples / this.sampleRateHz) * SYNTHESIS_RATE_HZ) - this.outputSamples;
    const converted = output.subarray(dropped, dropped + left);
    this.outputSamples += converted.length;
    if (recorded.length + converted.length > 0)
      this.post({ input: recorded.slice(), output: converted.slice() });
    if (this.isEnding && converted.length === left) this.finish();
  }

  /** Records no further input; the input recorded before is still converted. */
  end(): void {
    this.isEnding = true;
  }

  /** Ends immediately. */
  finish(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.post(null);
  }
}
