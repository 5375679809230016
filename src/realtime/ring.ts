const HEADER_BYTES = 8;
const WRITTEN = 0;
const READ = 1;

/**
 * Mono float32 samples on their way from one thread to another: one writes, one reads, neither waits.
 *
 * Indices count every sample since the start, modulo 2^32. No call allocates. What has been read stays in
 * place until it is written over, so a reader may step back; `RESERVE` keeps that much from the writer.
 */
export class Ring {
  static readonly RESERVE = 4096;
  readonly capacity: number;
  private readonly indices: Int32Array;
  private readonly samples: Float32Array;

  /** `buffer` as `Ring.memory` makes it; shared where two threads use it. */
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

  /** Samples that can be read. */
  get available(): number {
    return (this.end - this.start) | 0;
  }

  /** Writes as many as there is room for, tells how many, and wakes a reader. */
  write(samples: Float32Array): number {
    const count = Math.min(samples.length, this.capacity - Ring.RESERVE - this.available);
    const end = this.end;
    for (let i = 0; i < count; i++) this.samples[(end + i) & (this.capacity - 1)] = samples[i]!;
    this.advance(count);
    return count;
  }

  /** Writes the mean of `channels`, else as `write`. */
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

  /** Fills `into` from the oldest sample on; there must be as many. */
  read(into: Float32Array): void {
    const start = this.start;
    for (let i = 0; i < into.length; i++) into[i] = this.samples[(start + i) & (this.capacity - 1)]!;
    this.skip(into.length);
  }

  /** The sample at an index. */
  at(index: number): number {
    return this.samples[index & (this.capacity - 1)]!;
  }

  /** Moves the start; a negative count steps back, by `RESERVE` at most. */
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
