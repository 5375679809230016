/** Splits a stream of parts of any size into chunks of equal size. */
export class ChunkCollector {
  private readonly buffer: Uint8Array;
  private filled = 0;

  constructor(chunkBytes: number) {
    this.buffer = new Uint8Array(chunkBytes);
  }

  *add(part: Uint8Array): Generator<ArrayBuffer> {
    for (let at = 0; at < part.length;) {
      const fitting = part.subarray(at, at + this.buffer.length - this.filled);
      this.buffer.set(fitting, this.filled);
      this.filled += fitting.length;
      at += fitting.length;
      if (this.filled === this.buffer.length) yield this.rest();
    }
  }

  /** The incomplete chunk. */
  rest(): ArrayBuffer {
    const rest = this.buffer.slice(0, this.filled);
    this.filled = 0;
    return rest.buffer;
  }
}
