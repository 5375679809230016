const BLOCK_BYTES = 1 << 20;
const SCANNED_BYTES = 1 << 16;

/** Reads small pieces of a file in order from blocks of 1 MB. */
export class BlobReader {
  private block = new Uint8Array(0);
  private start = 0;

  constructor(private readonly file: Blob) {}

  get size(): number {
    return this.file.size;
  }

  /** `length` bytes from `at` on, at most 1 MB; fewer at the end of the file. */
  async read(at: number, length: number): Promise<Uint8Array> {
    const end = Math.min(at + length, this.size);
    if (at < this.start || end > this.start + this.block.length) {
      this.block = new Uint8Array(await this.file.slice(at, at + BLOCK_BYTES).arrayBuffer());
      this.start = at;
    }
    return this.block.subarray(at - this.start, Math.max(0, end - this.start));
  }

  /**
   * The first position from `from` on at which `isAt` finds what it looks for: at index `i` of `bytes`, with at least `ahead` bytes behind
   * that unless the file ends. The size of the file where it finds nothing.
   */
  async find(from: number, ahead: number, isAt: (bytes: Uint8Array, i: number) => boolean): Promise<number> {
    for (let at = from; at < this.size; at += SCANNED_BYTES) {
      const bytes = await this.read(at, SCANNED_BYTES + ahead);
      for (let i = 0; i < Math.min(bytes.length, SCANNED_BYTES); i++) if (isAt(bytes, i)) return at + i;
    }
    return this.size;
  }
}

export function asciiOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
