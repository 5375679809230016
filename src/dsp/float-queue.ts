/** A growing FIFO queue of float32 samples or feature frames. Every number keeps the absolute index at which it was pushed. */
export class FloatQueue {
  private data: Float32Array;
  private startIndex = 0;
  private length = 0;

  constructor(capacity = 4096) {
    this.data = new Float32Array(capacity);
  }

  /** Absolute index of the oldest number still held. */
  get start(): number {
    return this.startIndex;
  }

  /** Absolute index after the newest number. */
  get end(): number {
    return this.startIndex + this.length;
  }

  push(values: Float32Array): void {
    if (this.length + values.length > this.data.length) {
      const larger = new Float32Array(Math.max(2 * this.data.length, this.length + values.length));
      larger.set(this.data.subarray(0, this.length));
      this.data = larger;
    }
    this.data.set(values, this.length);
    this.length += values.length;
  }

  /** Removes the numbers before the absolute `index`. */
  dropBefore(index: number): void {
    const count = Math.min(index - this.startIndex, this.length);
    if (count <= 0) return;
    this.data.copyWithin(0, count, this.length);
    this.startIndex += count;
    this.length -= count;
  }

  /** A copy of `count` numbers from the absolute index `from` on; all of them must be held. */
  slice(from: number, count: number): Float32Array {
    return this.data.slice(from - this.startIndex, from - this.startIndex + count);
  }

  /** The numbers held, without copying; element i has the absolute index `start` + i. Valid until the next push or drop. */
  view(): Float32Array {
    return this.data.subarray(0, this.length);
  }
}
