import { Zip, ZipPassThrough } from 'fflate';
import { nextTask } from '../dsp/task';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Writes an uncompressed zip archive that readZip can read. Every chunk becomes a Blob, so that the archive need not fit in memory. */
export class ZipWriter {
  private readonly chunks: Blob[] = [];
  private readonly zip = new Zip((error, chunk) => {
    if (error) throw error;
    this.chunks.push(new Blob([chunk]));
    this.written += chunk.length;
  });
  private written = 0;
  private parts = 0;

  /** Bytes written so far, without the central directory. */
  get bytes(): number {
    return this.written;
  }

  get count(): number {
    return this.parts;
  }

  /** Adds a part, whose name must be unique; yields to other tasks after every 4 MiB. */
  async add(name: string, bytes: Uint8Array): Promise<void> {
    const part = new ZipPassThrough(name);
    this.zip.add(part);
    this.parts++;
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      part.push(bytes.subarray(at, at + CHUNK_BYTES));
      await nextTask();
    }
    part.push(new Uint8Array(0), true);
  }

  end(): Blob {
    this.zip.end();
    return new Blob(this.chunks, { type: 'application/zip' });
  }
}
