const HEADER_BYTES = 8;
const WRITTEN = 0;
const READ = 1;

/**
 * Lock-free ring buffer of mono float32 samples between two threads, one writer and one reader.
 *
 * Indices count all samples since the start, modulo 2^32. No call allocates. Samples that have been read stay until they
 * are overwritten, so the reader may step back; the writer leaves the last `RESERVE` of them.
 */
export class Ring {
  static readonly RESERVE = 4096;
  readonly capacity: number;
  private readonly indices: Int32Array;
  private readonly samples: Float32Array;

  /** `buffer`: made by `Ring.memory`, shared where two threads use it. */
  constructor(readonly buffer: SharedArrayBuffer | ArrayBuffer) {
    this.indices = new Int32Array(buffer, 0, 2);
    this.samples = new Float32Array(buffer, HEADER_BYTES);
    this.capacity = this.samples.length;
  }

  /** Memory for a ring of at least `samples`, rounded up to a power of two. */
  static memory(samples: number, isShared: boolean): SharedArrayBuffer | ArrayBuffer {
    const bytes = HEADER_BYTES + 4 * 2 ** Math.ceil(Math.log2(samples + Ring.RESERVE));
    return isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  }

  /** Index after the newest sample. */
  get end(): number {
    return Atomics.load(this.indices, WRITTEN);
  }

  /** Index of the next sample to read. */
  get start(): number {
    return Atomics.load(this.indices, READ);
  }

  /** Number of samples that can be read. */
  get available(): number {
    return (this.end - this.start) | 0;
  }

  /** Writes as many samples as there is space for, wakes a waiting reader, and returns their number. */
  write(samples: Float32Array): number {
    const count = Math.min(samples.length, this.capacity - Ring.RESERVE - this.available);
    const end = this.end;
    for (let i = 0; i < count; i++) this.samples[(end + i) & (this.capacity - 1)] = samples[i]!;
    this.advance(count);
    return count;
  }

  /** As `write`, for the mean of `channels`. */
  writeMono(channels: readonly Float32Array[]): number {
    const length = channels[0]?.length ?? 0;
    const count = Math.min(length, this.capacity - Ring.RESERVE - this.available);
    const end = this.end;
    const share = 1 / channels.length;
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let c = 0; c < channels.length; c++) sum += channels[c]![i]!;
      this.samples[(end + i) & (this.capacity - 1)] = sum * share;
    }
    this.advance(count);
    return count;
  }

  /** Fills `into` from the oldest sample on; at least as many must be available. */
  read(into: Float32Array): void {
    const start = this.start;
    for (let i = 0; i < into.length; i++) into[i] = this.samples[(start + i) & (this.capacity - 1)]!;
    this.skip(into.length);
  }

  /** The sample at an absolute index. */
  at(index: number): number {
    return this.samples[index & (this.capacity - 1)]!;
  }

  /** Moves the read position; a negative count steps back, by at most `RESERVE`. */
  skip(count: number): void {
    Atomics.store(this.indices, READ, (this.start + count) | 0);
  }

  /** Blocks this thread until a sample is written after `end`, or `timeoutMs` have passed. Shared memory, workers only. */
  waitForMore(end: number, timeoutMs: number): void {
    Atomics.wait(this.indices, WRITTEN, end, timeoutMs);
  }

  private advance(count: number): void {
    Atomics.store(this.indices, WRITTEN, (this.end + count) | 0);
    if (count > 0) Atomics.notify(this.indices, WRITTEN);
  }
}
