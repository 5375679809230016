import { clamp } from './arrays';
import { SampleQueue } from './sample-queue';
import { BANDS, CODE_SIZE, FRAMES_PER_CODE } from './signal';
import type { Voice } from './voice';

/** Share of a new code in the running mean: a voice changes colour over some 200 ms, or it sounds rough. */
const SHARE = 0.1;
/** Natural log of the most that codes add to or take from a band: 26 dB. */
const MOST = 3;

/** Running mean of content codes, [n, 128] at a time. */
export class CodeMean {
  private mean: Float32Array | null = null;

  push(contentCodes: Float32Array): Float32Array {
    const out = new Float32Array(contentCodes.length);
    this.mean ??= contentCodes.slice(0, CODE_SIZE);
    for (let i = 0; i < out.length; i++) {
      const before = this.mean[i % CODE_SIZE]!;
      out[i] = this.mean[i % CODE_SIZE] = before + SHARE * (contentCodes[i]! - before);
    }
    return out;
  }
}

/** A voice's colour over a stream: what it has in every frame, and what the codes of late add to that. */
export class Colouring {
  private readonly mean = new CodeMean();
  private readonly codes = new SampleQueue(128 * CODE_SIZE);
  private frame = 0;

  /** `contentCodes` [n, 128] of frames to come. */
  push(contentCodes: Float32Array): void {
    this.codes.push(this.mean.push(contentCodes));
  }

  /** Adds to log gains [frames, 80] of the next frames, in place. */
  apply(
    gains: readonly Float32Array[],
    { colour, colourByCode }: Pick<Voice, 'colour' | 'colourByCode'>,
  ): void {
    const frames = gains[0]!.length / BANDS;
    const codes = this.codes.view();
    for (let t = 0; t < frames; t++, this.frame++) {
      const at = Math.floor(this.frame / FRAMES_PER_CODE) * CODE_SIZE - this.codes.start;
      const added = colourByCode && product(codes.subarray(at, at + CODE_SIZE), colourByCode);
      for (let band = 0; band < BANDS; band++) {
        const gain = (colour?.[band] ?? 0) + clamp(added?.[band] ?? 0, -MOST, MOST);
        for (const rows of gains) rows[t * BANDS + band]! += gain;
      }
    }
    this.codes.dropBefore(Math.floor(this.frame / FRAMES_PER_CODE) * CODE_SIZE);
  }
}

/** code [128] times table [128, 80]. */
function product(code: Float32Array, table: Float32Array): Float32Array {
  const out = new Float32Array(BANDS);
  for (let i = 0; i < CODE_SIZE; i++)
    for (let band = 0; band < BANDS; band++) out[band]! += code[i]! * table[i * BANDS + band]!;
  return out;
}
