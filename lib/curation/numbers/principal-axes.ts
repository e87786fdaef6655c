/** Principal component analysis (Pearson, 1901): the directions in which vectors vary most. */
import { answering } from '../../core/index.ts';
import { dot, type Vector } from './vectors.ts';

export interface PrincipalAxes {
  mean: Float64Array;
  /** Unit vectors at right angles, that of the largest variance first. The largest component of each is positive. */
  axes: Float64Array[];
  /** Share of the variance that each axis has. */
  shares: number[];
}

const mostSteps = 500;
const closeEnough = 1e-10;

function covariance(vectors: readonly Vector[], mean: Float64Array): Float64Array {
  const d = mean.length;
  const matrix = new Float64Array(d * d);
  const centred = new Float64Array(d);
  for (const vector of vectors) {
    for (let at = 0; at < d; at++) centred[at] = (vector[at] as number) - (mean[at] as number);
    for (let row = 0; row < d; row++) {
      const factor = (centred[row] as number) / vectors.length;
      for (let column = row; column < d; column++)
        matrix[row * d + column] = (matrix[row * d + column] as number) + factor * (centred[column] as number);
    }
  }
  for (let row = 0; row < d; row++)
    for (let column = 0; column < row; column++) matrix[row * d + column] = matrix[column * d + row] as number;
  return matrix;
}

const rowOf = (matrix: Float64Array, row: number, d: number): Float64Array => matrix.subarray(row * d, (row + 1) * d);

/** Removes the parts along earlier axes, and scales to length 1; undefined: nothing is left. */
function atRightAngles(vector: Float64Array, earlier: readonly Float64Array[]): Float64Array | undefined {
  // Twice: the first pass leaves rounding errors that the second removes.
  for (let pass = 0; pass < 2; pass++)
    for (const axis of earlier) {
      const along = dot(vector, axis);
      for (let at = 0; at < vector.length; at++) vector[at] = (vector[at] as number) - along * (axis[at] as number);
    }
  const length = Math.sqrt(dot(vector, vector));
  return length > 1e-12 ? vector.map((value) => value / length) : undefined;
}

/** The direction of the largest variance that is left, by repeated multiplication. It starts with the row of the largest variance. */
function nextAxis(matrix: Float64Array, d: number, earlier: readonly Float64Array[]): Float64Array | undefined {
  const rows = Array.from({ length: d }, (_, row) => row).sort(
    (a, b) => (matrix[b * d + b] as number) - (matrix[a * d + a] as number) || a - b,
  );
  let axis: Float64Array | undefined;
  for (const row of rows) {
    axis = atRightAngles(Float64Array.from(rowOf(matrix, row, d)), earlier);
    if (axis) break;
  }
  for (let step = 0; axis && step < mostSteps; step++) {
    const current: Float64Array = axis;
    const next = atRightAngles(
      current.map((_, row) => dot(rowOf(matrix, row, d), current)),
      earlier,
    );
    if (!next) break;
    axis = next;
    if (1 - Math.abs(dot(next, current)) < closeEnough) break;
  }
  return axis;
}

function withLargestPositive(axis: Float64Array): Float64Array {
  const largest = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return largest < 0 ? axis.map((value) => -value) : axis;
}

/**
 * The first `count` principal axes. The same vectors in the same order give the same axes. Fewer if the vectors vary in fewer directions.
 *
 * @param vectors at least one, all of one length
 */
export const principalAxes = answering('principalAxes', (vectors: readonly Vector[], count: number): PrincipalAxes => {
  const d = vectors[0]?.length ?? 0;
  const mean = new Float64Array(d);
  for (const vector of vectors) for (let at = 0; at < d; at++) mean[at] = (mean[at] as number) + (vector[at] as number) / vectors.length;
  const matrix = covariance(vectors, mean);
  const all = Array.from({ length: d }, (_, at) => matrix[at * d + at] as number).reduce((sum, value) => sum + value, 0);
  const axes: Float64Array[] = [];
  while (axes.length < Math.min(count, d) && all > 0) {
    const axis = nextAxis(matrix, d, axes);
    if (!axis) break;
    axes.push(axis);
  }
  const variance = (axis: Float64Array): number =>
    dot(
      axis.map((_, row) => dot(rowOf(matrix, row, d), axis)),
      axis,
    );
  return { mean, axes: axes.map(withLargestPositive), shares: axes.map((axis) => variance(axis) / all) };
});
