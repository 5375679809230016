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

export function joinChunks(chunks: ArrayBuffer[]): ArrayBuffer {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(new Uint8Array(chunk), at);
    at += chunk.byteLength;
  }
  return bytes.buffer;
}
