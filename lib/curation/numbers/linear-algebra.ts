/** Dense symmetric matrices as rows of one Float64Array, size n·n; all indexes below are in range. */

/**
 * Eigenvalues of a symmetric matrix, in no order (cyclic Jacobi: rotations that set one element beside the diagonal to zero at a time).
 * O(n³) a sweep, 6 to 10 sweeps; the matrix is overwritten.
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const at = (row: number, column: number): number => matrix[row * n + column] as number;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let diagonal = 0;
    for (let row = 0; row < n; row++) {
      diagonal += at(row, row) ** 2;
      for (let column = row + 1; column < n; column++) off += at(row, column) ** 2;
    }
    if (off <= 1e-24 * (diagonal + off)) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(matrix, n, p, q);
  }
  return Float64Array.from({ length: n }, (_, index) => at(index, index));
}

/** A <- JᵀAJ with the rotation J in the plane of p and q that makes A[p][q] zero (Golub and Van Loan, 8.5.2). */
function rotate(matrix: Float64Array, n: number, p: number, q: number): void {
  const apq = matrix[p * n + q] as number;
  if (apq === 0) return;
  const theta = ((matrix[q * n + q] as number) - (matrix[p * n + p] as number)) / (2 * apq);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cos = 1 / Math.sqrt(tangent * tangent + 1);
  const sin = tangent * cos;
  for (let k = 0; k < n; k++) {
    const [kp, kq] = [matrix[k * n + p] as number, matrix[k * n + q] as number];
    matrix[k * n + p] = cos * kp - sin * kq;
    matrix[k * n + q] = sin * kp + cos * kq;
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk] = [matrix[p * n + k] as number, matrix[q * n + k] as number];
    matrix[p * n + k] = cos * pk - sin * qk;
    matrix[q * n + k] = sin * pk + cos * qk;
  }
}

/** The lower triangle L of a positive definite matrix, A = L·Lᵀ; undefined if it is not positive definite. */
export function cholesky(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * n + column] as number;
      for (let k = 0; k < column; k++) sum -= (lower[row * n + k] as number) * (lower[column * n + k] as number);
      if (row !== column) lower[row * n + column] = sum / (lower[column * n + column] as number);
      else if (sum > 0 && Number.isFinite(sum)) lower[row * n + row] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return lower;
}

/** x with L·Lᵀ·x = b: forward, then backward substitution. */
export function solveCholesky(lower: Float64Array, b: ArrayLike<number>): Float64Array {
  const n = b.length;
  const x = Float64Array.from(b);
  for (let row = 0; row < n; row++) {
    let sum = x[row] as number;
    for (let k = 0; k < row; k++) sum -= (lower[row * n + k] as number) * (x[k] as number);
    x[row] = sum / (lower[row * n + row] as number);
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = x[row] as number;
    for (let k = row + 1; k < n; k++) sum -= (lower[k * n + row] as number) * (x[k] as number);
    x[row] = sum / (lower[row * n + row] as number);
  }
  return x;
}
