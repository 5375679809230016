/** A float32 first-in first-out queue addressed by absolute sample index; grows, never loses its place. */
export class SampleQueue {
  private data: Float32Array;
  private startIndex = 0;
  private length = 0;

  constructor(capacity = 4096) {
    this.data = new Float32Array(capacity);
  }

  /** Absolute index of the oldest sample still held. */
  get start(): number {
    return this.startIndex;
  }

  /** Absolute index after the newest sample. */
  get end(): number {
    return this.startIndex + this.length;
  }

  push(samples: Float32Array): void {
    if (this.length + samples.length > this.data.length) {
      const larger = new Float32Array(Math.max(2 * this.data.length, this.length + samples.length));
      larger.set(this.data.subarray(0, this.length));
      this.data = larger;
    }
    this.data.set(samples, this.length);
    this.length += samples.length;
  }

  /** Forgets what lies before `index`. */
  dropBefore(index: number): void {
    const count = Math.min(index - this.startIndex, this.length);
    if (count <= 0) return;
    this.data.copyWithin(0, count, this.length);
    this.startIndex += count;
    this.length -= count;
  }

  /** The held samples; index i is the absolute `start` + i. Valid until the next push or drop. */
  view(): Float32Array {
    return this.data.subarray(0, this.length);
  }
}
