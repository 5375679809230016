import { throwIfCancelled } from '../engine/errors';
import { nextTask } from '../dsp/task';
import { seededRandom } from '../dsp/random';

const ITERATIONS = 10;
const SEED = 20261124;
const ROWS_PER_TASK = 1000;

export interface Clusters {
  /** [count, size]. */
  centres: Float32Array<ArrayBuffer>;
  /** [n]: index of the centre nearest to each row. */
  nearest: Int32Array;
}

/**
 * Lloyd's k-means with ten iterations from random rows, as `cluster` of models/pipeline/voices.py.
 *
 * `rows` [n, size]; `count` is a multiple of 4. With fewer rows than centres, some centres are equal. The random rows depend
 * on n alone, so the same rows give the same centres. Rejects with `cancelled`.
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
  randomRows(n, count).forEach((row, k) =>
    centres.set(rows.subarray(row * size, (row + 1) * size), k * size),
  );
  const nearest = new Int32Array(n);
  for (let iteration = 0; iteration <= ITERATIONS; iteration++) {
    const halves = halfNorms(centres, size);
    for (let from = 0; from < n; from += ROWS_PER_TASK) {
      await nextTask();
      throwIfCancelled(signal);
      assign(rows, centres, halves, size, nearest, from, Math.min(n, from + ROWS_PER_TASK));
    }
    onProgress?.((iteration + 1) / (ITERATIONS + 1));
    if (iteration < ITERATIONS) updateCentres(rows, centres, nearest, size);
  }
  return { centres, nearest };
}

/** Indices of `count` of `n` rows, without repetition (Fisher and Yates) until all have been drawn. */
function randomRows(n: number, count: number): number[] {
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
 * Finds the nearest centre of rows `from` to `to`: |x - c|^2 is smallest where x.c - |c|^2 / 2 is largest. Four centres at a
 * time, so that each value of the row is read once for all four: this loop is most of the work.
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

/** Moves each centre to the mean of its rows. A centre without rows is not moved. */
function updateCentres(rows: Float32Array, centres: Float32Array, nearest: Int32Array, size: number): void {
  const { sums, counts } = sumByCentre(rows, nearest, size, centres.length / size);
  counts.forEach((count, k) => {
    if (count > 0) for (let i = 0; i < size; i++) centres[k * size + i] = sums[k * size + i]! / count;
  });
}

/** For each of `count` centres, the sum [count, size] and the number [count] of the rows nearest to it. */
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
