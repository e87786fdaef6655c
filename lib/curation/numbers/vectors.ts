import { ArtistError, display } from '../../core/index.ts';

/** A vector made by one model, such as CLIP's embedding of a picture. */
export type Vector = Float32Array;

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

/** The direction of a vector; undefined if it is all zero or not finite. */
export function unit(vector: ArrayLike<number>): Float64Array | undefined {
  const length = Math.sqrt(dot(vector, vector));
  return Number.isFinite(length) && length > 0 ? Float64Array.from(vector, (value) => value / length) : undefined;
}

/**
 * Vectors scaled to length 1, in order.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: fewer than `least`, of different lengths, all zero or not finite
 */
export function unitVectors(name: string, vectors: readonly Vector[], least = 1): Float64Array[] {
  const fail = (expected: string, got: string): never => {
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected ${expected}, got ${got}`);
  };
  if (!Array.isArray(vectors)) return fail('an array of embeddings', display(vectors));
  if (vectors.length < least) return fail(`at least ${least} embeddings`, String(vectors.length));
  return vectors.map((vector: unknown, index) => {
    if (!(vector instanceof Float32Array) || vector.length === 0)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}.${index}: expected an embedding (Float32Array), got ${display(vector)}`);
    const { length } = vectors[0] ?? vector;
    if (vector.length !== length)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `${name}.${index}: expected ${length} values as in the first, got ${vector.length}. All must come from one model`,
      );
    const scaled = unit(vector);
    if (!scaled) throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}.${index}: expected finite values, not all zero`);
    return scaled;
  });
}

/** Sum of vectors; `counts` says how often each counts, default once. */
export function sumOf(vectors: readonly Float64Array[], counts?: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const [index, vector] of vectors.entries()) {
    const count = counts ? (counts[index] ?? 0) : 1;
    if (count === 0) continue;
    for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + count * (vector[at] ?? 0);
  }
  return sum;
}
