/**
 * SVD of a product of two thin matrices without computing the product: QR of each, then the SVD of the small core. Double precision;
 * matrices are arrays of their columns.
 */
export type Columns = readonly Float64Array[];

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}

/** a += factor * b */
function addScaled(a: Float64Array, b: Float64Array, factor: number): void {
  for (let index = 0; index < a.length; index++) a[index] = (a[index] as number) + factor * (b[index] as number);
}

/** A column with less than this share of its length left after orthogonalisation lies in the span of the others. */
const dependent = 1e-13;

/**
 * A = Q·R by modified Gram-Schmidt, done twice for each column, which keeps Q orthogonal to machine precision (Giraud, Langou and Rozložník
 * 2005). Columns that depend on earlier ones give a zero column of Q, so there may be more columns than rows.
 *
 * @returns r: n·n, row by row, upper triangular
 */
export function thinQr(columns: Columns): { q: Float64Array[]; r: Float64Array } {
  const n = columns.length;
  const r = new Float64Array(n * n);
  const q: Float64Array[] = [];
  for (const [index, column] of columns.entries()) {
    const rest = Float64Array.from(column);
    const length = Math.sqrt(dot(rest, rest));
    for (let pass = 0; pass < 2; pass++)
      for (const [row, unit] of q.entries()) {
        const part = dot(unit, rest);
        addScaled(rest, unit, -part);
        r[row * n + index] = (r[row * n + index] as number) + part;
      }
    const left = Math.sqrt(dot(rest, rest));
    if (left <= dependent * length || left === 0) rest.fill(0);
    else {
      r[index * n + index] = left;
      for (let at = 0; at < rest.length; at++) rest[at] = (rest[at] as number) / left;
    }
    q.push(rest);
  }
  return { q, r };
}

export interface Svd {
  /** Singular values, largest first. */
  readonly values: Float64Array;
  /** Left and right singular vectors, as columns. A value of 0 has a left vector of zeros. */
  readonly left: readonly Float64Array[];
  readonly right: readonly Float64Array[];
}

/** SVD by one-sided Jacobi rotations (Hestenes): columns of A·V are made orthogonal in pairs until none changes. */
export function jacobiSvd(matrix: Columns): Svd {
  const n = matrix.length;
  const work = matrix.map((column) => Float64Array.from(column));
  const right = Array.from({ length: n }, (_, index) => {
    const unit = new Float64Array(n);
    unit[index] = 1;
    return unit;
  });
  for (let sweep = 0; sweep < 60; sweep++) {
    let turned = false;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const [a, b] = [work[p] as Float64Array, work[q] as Float64Array];
        const [alpha, beta, gamma] = [dot(a, a), dot(b, b), dot(a, b)];
        if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta) || gamma === 0) continue;
        turned = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cos = 1 / Math.sqrt(1 + tangent * tangent);
        rotate(a, b, cos, cos * tangent);
        rotate(right[p] as Float64Array, right[q] as Float64Array, cos, cos * tangent);
      }
    if (!turned) break;
  }
  const lengths = work.map((column) => Math.sqrt(dot(column, column)));
  const order = lengths.map((_, index) => index).sort((a, b) => (lengths[b] as number) - (lengths[a] as number));
  const left = order.map((index) => {
    const length = lengths[index] as number;
    return (work[index] as Float64Array).map((value) => (length > 0 ? value / length : 0));
  });
  return {
    values: Float64Array.from(order, (index) => lengths[index] as number),
    left,
    right: order.map((index) => right[index] as Float64Array),
  };
}

function rotate(a: Float64Array, b: Float64Array, cos: number, sin: number): void {
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index] as number, b[index] as number];
    a[index] = cos * x - sin * y;
    b[index] = sin * x + cos * y;
  }
}

/** Q·c for each column c of a small matrix. */
function combine(q: Columns, columns: Columns): Float64Array[] {
  const rows = q[0]?.length ?? 0;
  return columns.map((column) => {
    const sum = new Float64Array(rows);
    for (const [index, unit] of q.entries()) addScaled(sum, unit, column[index] as number);
    return sum;
  });
}

/**
 * The SVD of up·down.
 *
 * @param up r columns of the length `out`
 * @param down r rows of the length `in`, given as columns of its transpose
 * @param keep given the values, how many singular vectors to compute; default all. All values are returned
 */
export function productSvd(up: Columns, down: Columns, keep: (values: Float64Array) => number = (values) => values.length): Svd {
  const n = up.length;
  const first = thinQr(up);
  const second = thinQr(down);
  const core = Array.from({ length: n }, (_, column) => {
    // Column of R1·R2ᵀ: row `column` of R2 is a column of R2ᵀ.
    const result = new Float64Array(n);
    for (let row = 0; row < n; row++) {
      let sum = 0;
      for (let k = Math.max(row, column); k < n; k++) sum += (first.r[row * n + k] as number) * (second.r[column * n + k] as number);
      result[row] = sum;
    }
    return result;
  });
  const { values, left, right } = jacobiSvd(core);
  const count = keep(values);
  return { values, left: combine(first.q, left.slice(0, count)), right: combine(second.q, right.slice(0, count)) };
}
