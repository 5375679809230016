import { Zip, ZipPassThrough } from 'fflate';
import { nextTask } from '../dsp/task';

const PIECE_BYTES = 4 * 1024 * 1024;

/** Writes a zip archive that readZip reads, everything stored as it is, part by part: none is held in memory. */
export class ZipWriter {
  private readonly pieces: Blob[] = [];
  private readonly zip = new Zip((error, piece) => {
    if (error) throw error;
    this.pieces.push(new Blob([piece]));
    this.written += piece.length;
  });
  private written = 0;
  private parts = 0;

  /** So far, without the table of contents. */
  get bytes(): number {
    return this.written;
  }

  get count(): number {
    return this.parts;
  }

  /** Adds a part under a name of its own; lets the page breathe in between. */
  async add(name: string, bytes: Uint8Array): Promise<void> {
    const part = new ZipPassThrough(name);
    this.zip.add(part);
    this.parts++;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      part.push(bytes.subarray(at, at + PIECE_BYTES));
      await nextTask();
    }
    part.push(new Uint8Array(0), true);
  }

  end(): Blob {
    this.zip.end();
    return new Blob(this.pieces, { type: 'application/zip' });
  }
}
