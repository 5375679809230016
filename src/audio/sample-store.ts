/** Gathers chunks of mono samples in one growing array. */
export class SampleStore {
  private data: Float32Array<ArrayBuffer>;
  private filled = 0;

  /** `expected`: number of samples to allocate at first. */
  constructor(expected: number) {
    this.data = new Float32Array(Math.max(1, Math.ceil(expected)));
  }

  get length(): number {
    return this.filled;
  }

  append(samples: Float32Array): void {
    const end = this.filled + samples.length;
    if (end > this.data.length) {
      const larger = new Float32Array(Math.max(end, Math.ceil(this.data.length * 1.5)));
      larger.set(this.data.subarray(0, this.filled));
      this.data = larger;
    }
    this.data.set(samples, this.filled);
    this.filled = end;
  }

  /** All samples. May return the internal array, so the store must not be used afterwards. */
  take(): Float32Array<ArrayBuffer> {
    return this.filled === this.data.length ? this.data : this.data.slice(0, this.filled);
  }

  /** Overwrites the samples. */
  erase(): void {
    this.data.fill(0);
    this.filled = 0;
  }
}
