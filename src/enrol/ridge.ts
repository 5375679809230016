/** A column that never moves has no spread but rounding. */
const TINY = 1e-6;

/**
 * Ridge regression (Hoerl & Kennard 1970): which `weights` [p, q] times rows x [n, p] come nearest to rows y [n, q], both less
 * their means, where large weights cost. `strength` is relative to the spread of each column of x, so that scale does not matter.
 */
export function ridge(
  x: Float32Array,
  p: number,
  y: Float32Array,
  q: number,
  strength: number,
): { weights: Float32Array; meanX: Float64Array; meanY: Float64Array } {
  const n = x.length / p;
  const [meanX, meanY] = [columnMeans(x, p), columnMeans(y, q)];
  const square = new Float64Array(p * p);
  const right = new Float64Array(p * q);
  const row = new Float64Array(p);
  for (let t = 0; t < n; t++) {
    for (let i = 0; i < p; i++) row[i] = x[t * p + i]! - meanX[i]!;
    for (let i = 0; i < p; i++) {
      for (let j = 0; j <= i; j++) square[i * p + j]! += row[i]! * row[j]!;
      for (let k = 0; k < q; k++) right[i * q + k]! += row[i]! * (y[t * q + k]! - meanY[k]!);
    }
  }
  for (let i = 0; i < p; i++) square[i * p + i]! += strength * square[i * p + i]! + TINY;
  solve(square, p, right, q);
  return { weights: Float32Array.from(right), meanX, meanY };
}

function columnMeans(rows: Float32Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  rows.forEach((value, i) => (mean[i % width]! += (value * width) / rows.length));
  return mean;
}

/** Solves a symmetric positive definite system [p, p], of which the lower half is given, for q right sides [p, q], both in place, by Cholesky's decomposition. */
function solve(square: Float64Array, p: number, right: Float64Array, q: number): void {
  for (let i = 0; i < p; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = square[i * p + j]!;
      for (let k = 0; k < j; k++) sum -= square[i * p + k]! * square[j * p + k]!;
      square[i * p + j] = i === j ? Math.sqrt(sum) : sum / square[j * p + j]!;
    }
  }
  for (let i = 0; i < p; i++) {
    for (let k = 0; k < i; k++) subtractRow(right, q, i, k, square[i * p + k]!);
    scaleRow(right, q, i, 1 / square[i * p + i]!);
  }
  for (let i = p - 1; i >= 0; i--) {
    for (let k = i + 1; k < p; k++) subtractRow(right, q, i, k, square[k * p + i]!);
    scaleRow(right, q, i, 1 / square[i * p + i]!);
  }
}

function subtractRow(rows: Float64Array, q: number, row: number, other: number, factor: number): void {
  for (let k = 0; k < q; k++) rows[row * q + k]! -= factor * rows[other * q + k]!;
}

function scaleRow(rows: Float64Array, q: number, row: number, factor: number): void {
  for (let k = 0; k < q; k++) rows[row * q + k]! *= factor;
}
