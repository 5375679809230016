import { throwIfCancelled } from '../engine/errors';
import { nextTask } from '../dsp/task';
import { seededRandom } from '../dsp/random';

const ROUNDS = 10;
const SEED = 20261124;
const ROWS_PER_TASK = 1000;

export interface Clusters {
  /** [count, size]. */
  centres: Float32Array<ArrayBuffer>;
  /** For each row the centre it is nearest to. */
  nearest: Int32Array;
}

/**
 * Lloyd's k-means, ten rounds, from random rows: `cluster` of models/pipeline/export.py.
 *
 * `rows` [n, size]; with fewer rows than centres some are there twice. The same rows give the same centres.
 */
export async function cluster(
  rows: Float32Array,
  size: number,
  count: number,
  signal?: AbortSignal,
  onProgress?: (fraction: number) => void,
): Promise<Clusters> {
  const n = rows.length / size;
  const centres = new Float32Array(count * size);
  pick(n, count).forEach((row, k) => centres.set(rows.subarray(row * size, (row + 1) * size), k * size));
  const nearest = new Int32Array(n);
  for (let round = 0; round <= ROUNDS; round++) {
    const halves = halfNorms(centres, size);
    for (let from = 0; from < n; from += ROWS_PER_TASK) {
      await nextTask();
      throwIfCancelled(signal);
      assign(rows, centres, halves, size, nearest, from, Math.min(n, from + ROWS_PER_TASK));
    }
    onProgress?.((round + 1) / (ROUNDS + 1));
    if (round < ROUNDS) move(rows, centres, nearest, size);
  }
  return { centres, nearest };
}

/** Different rows while there are some (Fisher and Yates), then any. */
function pick(n: number, count: number): number[] {
  const random = seededRandom(SEED);
  const order = Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: count }, (_, k) => {
    if (k >= n) return Math.floor(random() * n);
    const other = k + Math.floor(random() * (n - k));
    [order[k], order[other]] = [order[other]!, order[k]!];
    return order[k];
  });
}

function halfNorms(centres: Float32Array, size: number): Float64Array {
  return Float64Array.from({ length: centres.length / size }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += centres[k * size + i]! ** 2;
    return sum / 2;
  });
}

/**
 * |x - c|^2 is smallest where x.c - |c|^2 / 2 is largest. Four centres at a time, so that a number of the row
 * is read once for all of them: this loop is most of the work. `count` of centres is a multiple of four.
 */
function assign(
  rows: Float32Array,
  centres: Float32Array,
  halves: Float64Array,
  size: number,
  nearest: Int32Array,
  from: number,
  to: number,
): void {
  for (let row = from; row < to; row++) {
    const start = row * size;
    let best = 0;
    let bestScore = -Infinity;
    for (let k = 0; k < halves.length; k += 4) {
      const first = k * size;
      const second = first + size;
      const third = second + size;
      const fourth = third + size;
      let a = -halves[k]!;
      let b = -halves[k + 1]!;
      let c = -halves[k + 2]!;
      let d = -halves[k + 3]!;
      for (let i = 0; i < size; i++) {
        const x = rows[start + i]!;
        a += x * centres[first + i]!;
        b += x * centres[second + i]!;
        c += x * centres[third + i]!;
        d += x * centres[fourth + i]!;
      }
      const top = Math.max(a, b, c, d);
      if (top <= bestScore) continue;
      bestScore = top;
      best = k + [a, b, c, d].indexOf(top);
    }
    nearest[row] = best;
  }
}

/** A centre that nothing is near stays where it is. */
function move(rows: Float32Array, centres: Float32Array, nearest: Int32Array, size: number): void {
  const { sums, counts } = sumByCentre(rows, nearest, size, centres.length / size);
  counts.forEach((count, k) => {
    if (count > 0) for (let i = 0; i < size; i++) centres[k * size + i] = sums[k * size + i]! / count;
  });
}

/** Sums [count, size] and numbers [count] of the rows nearest to each centre. */
export function sumByCentre(
  rows: Float32Array,
  nearest: Int32Array,
  size: number,
  count: number,
): { sums: Float64Array; counts: Int32Array } {
  const sums = new Float64Array(count * size);
  const counts = new Int32Array(count);
  nearest.forEach((k, row) => {
    counts[k]!++;
    for (let i = 0; i < size; i++) sums[k * size + i]! += rows[row * size + i]!;
  });
  return { sums, counts };
}
