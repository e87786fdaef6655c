import { answering } from '../../core/index.ts';
import { symmetricEigenvalues } from './linear-algebra.ts';
import { dot, unitVectors, type Vector } from './vectors.ts';

/** E·Eᵀ / n: the cosines of all pairs. */
function cosineMatrix(units: readonly Float64Array[]): Float64Array {
  const n = units.length;
  const matrix = new Float64Array(n * n);
  for (const [row, a] of units.entries())
    for (let column = 0; column <= row; column++) {
      const value = dot(a, units[column] ?? a) / n;
      matrix[row * n + column] = value;
      matrix[column * n + row] = value;
    }
  return matrix;
}

/** Eᵀ·E / n has the same non-zero eigenvalues and the size of the embedding. Vectors are added one at a time. */
function gramMatrix(units: readonly Float64Array[], d: number): Float64Array {
  const matrix = new Float64Array(d * d);
  for (const vector of units)
    for (let row = 0; row < d; row++) {
      const factor = (vector[row] as number) / units.length;
      for (let column = 0; column < d; column++)
        matrix[row * d + column] = (matrix[row * d + column] as number) + factor * (vector[column] as number);
    }
  return matrix;
}

/**
 * Vendi score (Friedman and Dieng, arXiv 2210.02410): the effective number of different pictures, 1..n. exp of the entropy of the
 * eigenvalues of K / n, where K holds the cosines. 1: all alike. n: all at right angles. The matrix has min(n, d)² values.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export const vendiScore = answering('vendiScore', (embeddings: readonly Vector[]): number => {
  const units = unitVectors('embeddings', embeddings, 1);
  const n = units.length;
  const d = units[0]?.length ?? 0;
  const values = n > d ? symmetricEigenvalues(gramMatrix(units, d), d) : symmetricEigenvalues(cosineMatrix(units), n);
  // Rounding turns zeros into tiny negative values; x ln x is 0 at 0.
  const entropy = values.reduce((sum, value) => (value > 1e-12 ? sum - value * Math.log(value) : sum), 0);
  return Math.exp(entropy);
});
