import { concat } from './arrays';

const MAX_PEAK = 0.98;

/**
 * Limits the peaks of samples that arrive in blocks, as `limitPeak` does for all of them at once: one gain, which only falls. It falls
 * over the last `fadeSamples` of the block before the one that needs it, which are therefore withheld until that one arrives.
 */
export class RunningLimiter {
  private gain = 1;
  private withheld = new Float32Array(0);

  constructor(private readonly fadeSamples: number) {}

  /** The next block -> the samples that no later block changes; none of them exceeds 0.98 of full scale. */
  push(block: Float32Array): Float32Array {
    const before = this.gain;
    let peak = 0;
    for (const x of block) peak = Math.max(peak, Math.abs(x));
    if (peak * this.gain > MAX_PEAK) this.gain = MAX_PEAK / peak;
    const faded = this.withheld.map(
      (x, i) => x * (before + ((this.gain - before) * (i + 1)) / this.withheld.length),
    );
    const ready = Math.max(0, block.length - this.fadeSamples);
    this.withheld = block.slice(ready);
    return concat([faded, block.subarray(0, ready).map((x) => x * this.gain)]);
  }

  /** The samples that are still withheld. */
  end(): Float32Array {
    return this.push(new Float32Array(0));
  }
}
