import { CODE_SIZE, TIMBRE_BANDS } from './shapes';
import type { Voice } from './voice';

const NEIGHBOURS = 4;

/**
 * Retrieval from the target voice's codebook, after kNN-VC (Baas et al. 2023): finds the four codes nearest to each content
 * code by cosine. The content code is mixed with their mean (weight `retrievalBlend`), and the mean of their timbres is an
 * input of the generator.
 */
export class Retrieval {
  private readonly codebook: Float32Array;
  private readonly timbre: Float32Array;
  private readonly blend: number;
  private readonly rows: number;
  private readonly inverseNorms: Float64Array;
  private readonly bestRows = new Int32Array(NEIGHBOURS);
  private readonly bestScores = new Float64Array(NEIGHBOURS);

  constructor(voice: Voice) {
    this.codebook = voice.codebook;
    this.timbre = voice.timbre;
    this.blend = voice.retrievalBlend;
    this.rows = voice.codebook.length / CODE_SIZE;
    this.inverseNorms = new Float64Array(this.rows);
    for (let row = 0; row < this.rows; row++) {
      let power = 0;
      for (let i = 0; i < CODE_SIZE; i++) power += this.codebook[row * CODE_SIZE + i]! ** 2;
      this.inverseNorms[row] = power > 0 ? 1 / Math.sqrt(power) : 0;
    }
  }

  /** `codes` [n, 128], mixed in place -> timbre [n, 40]. */
  apply(codes: Float32Array): Float32Array {
    const frames = codes.length / CODE_SIZE;
    const timbre = new Float32Array(frames * TIMBRE_BANDS);
    for (let n = 0; n < frames; n++) {
      const at = n * CODE_SIZE;
      this.search(codes, at);
      for (let i = 0; i < CODE_SIZE; i++) {
        const found = this.meanOfBest(this.codebook, CODE_SIZE, i);
        codes[at + i] = (1 - this.blend) * codes[at + i]! + this.blend * found;
      }
      for (let i = 0; i < TIMBRE_BANDS; i++) {
        timbre[n * TIMBRE_BANDS + i] = this.meanOfBest(this.timbre, TIMBRE_BANDS, i);
      }
    }
    return timbre;
  }

  private meanOfBest(table: Float32Array, width: number, column: number): number {
    const count = Math.min(NEIGHBOURS, this.rows);
    let sum = 0;
    for (let k = 0; k < count; k++) sum += table[this.bestRows[k]! * width + column]!;
    return sum / count;
  }

  /** Fills `bestRows` for the code at index `at`. The norm of that code is the same in every score, so it is not divided out. */
  private search(codes: Float32Array, at: number): void {
    const { codebook, bestRows, bestScores } = this;
    bestScores.fill(-Infinity);
    for (let row = 0; row < this.rows; row++) {
      let score = 0;
      const base = row * CODE_SIZE;
      for (let i = 0; i < CODE_SIZE; i++) score += codebook[base + i]! * codes[at + i]!;
      score *= this.inverseNorms[row]!;
      if (score <= bestScores[NEIGHBOURS - 1]!) continue;
      let place = NEIGHBOURS - 1;
      while (place > 0 && bestScores[place - 1]! < score) {
        bestScores[place] = bestScores[place - 1]!;
        bestRows[place] = bestRows[place - 1]!;
        place--;
      }
      bestScores[place] = score;
      bestRows[place] = row;
    }
  }
}
