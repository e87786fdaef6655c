import { ArtistError, answering, display } from '../core/index.ts';

/** A vector of length 1, made by one model: vectors of different models cannot be compared. */
export type Embedding = Float32Array;

function checkEmbedding(name: string, value: unknown): asserts value is Float32Array {
  if (!(value instanceof Float32Array) || value.length === 0)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected an embedding (Float32Array), got ${display(value)}`);
}

/**
 * Cosine of two embeddings, -1..1. Pictures and texts that belong together have about 0.25 to 0.35 with OpenAI's models, two random
 * pictures 0.4 to 0.6.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: not embeddings, of different lengths, or not finite
 */
export const similarity = answering('similarity', (a: Embedding, b: Embedding): number => {
  checkEmbedding('a', a);
  checkEmbedding('b', b);
  if (a.length !== b.length)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `b: expected an embedding of ${a.length} values, got ${b.length}. Both must come from one model`,
    );
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] as number, b[at] as number];
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const cosine = dot / Math.sqrt(squaresA * squaresB);
  if (!Number.isFinite(cosine)) throw new ArtistError('ERR_INVALID_ARGUMENT', 'a: expected embeddings of finite values, not all zero');
  return Math.min(1, Math.max(-1, cosine));
});

/** exp(value * scale), divided by their sum. */
export function softmax(values: readonly number[], scale: number): number[] {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp((value - largest) * scale));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
