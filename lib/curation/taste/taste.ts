import * as z from 'zod';
import { ArtistError, display, resolveOptions } from '../../core/index.ts';
import { cholesky, solveCholesky } from '../numbers/linear-algebra.ts';
import { dot, type Vector } from '../numbers/vectors.ts';

/** The owner's taste as one linear function of an embedding. Small enough to store and send as JSON. */
export const tasteHeadSchema = z.strictObject({
  version: z.literal(1),
  /** ratings: predicts the rating. duels: differences of scores are log odds of winning; a single score has no meaning. */
  kind: z.enum(['ratings', 'duels']),
  /** Name of the CLIP model whose embeddings these weights belong to. */
  model: z.string().min(1).optional(),
  weights: z.array(z.number()).min(1),
  bias: z.number(),
  /** Ratings or duels it was trained on. */
  n: z.int().min(2),
  metrics: z.record(z.string(), z.number()),
});
export type TasteHead = z.output<typeof tasteHeadSchema>;

const vector = z.custom<Vector>((value) => value instanceof Float32Array && value.length > 0 && value.every(Number.isFinite), {
  error: 'expected an embedding (Float32Array) of finite values',
});
const ratings = z.array(z.strictObject({ embedding: vector, rating: z.number() })).min(2);
const duels = z.array(z.strictObject({ winner: vector, loser: vector })).min(2);

export interface Rating {
  embedding: Vector;
  /** On any scale, larger is better; for example 1 for liked and 0 for not. */
  rating: number;
}

export interface Duel {
  winner: Vector;
  loser: Vector;
}

export const tasteOptions = z.strictObject({
  /** Strength of the regularisation. Use more with few examples; embeddings have length 1, so 1 is worth about one example. */
  ridge: z.number().positive().default(1),
  /** Name of the CLIP model, stored in the head. */
  model: z.string().min(1).optional(),
});
export type TasteOptions = z.input<typeof tasteOptions>;

function checkLengths(name: string, vectors: readonly Vector[]): number {
  const length = vectors[0]?.length ?? 0;
  const odd = vectors.findIndex((one) => one.length !== length);
  if (odd >= 0)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${name}.${odd}: expected ${length} values as in the first, got ${vectors[odd]?.length}. All must come from one model`,
    );
  return length;
}

function factor(matrix: Float64Array, n: number): Float64Array {
  const lower = cholesky(matrix, n);
  if (lower) return lower;
  throw new ArtistError('ERR_INVALID_ARGUMENT', 'ridge: expected a larger value for these embeddings: their matrix is singular');
}

/** Σ wᵢ aᵢ of rows. */
function combine(rows: readonly Float64Array[], factors: ArrayLike<number>, d: number): Float64Array {
  const sum = new Float64Array(d);
  for (const [index, row] of rows.entries())
    for (let at = 0; at < d; at++) sum[at] = (sum[at] as number) + (factors[index] as number) * (row[at] as number);
  return sum;
}

/** Σ fᵢ aᵢaᵢᵀ + ridge·I [d, d]. */
function weightedGram(rows: readonly Float64Array[], factors: ArrayLike<number>, ridge: number, d: number): Float64Array {
  const matrix = new Float64Array(d * d);
  for (const [index, row] of rows.entries())
    for (let i = 0; i < d; i++) {
      const scaled = (factors[index] as number) * (row[i] as number);
      if (scaled === 0) continue;
      for (let j = 0; j <= i; j++) matrix[i * d + j] = (matrix[i * d + j] as number) + scaled * (row[j] as number);
    }
  for (let i = 0; i < d; i++) {
    matrix[i * d + i] = (matrix[i * d + i] as number) + ridge;
    for (let j = 0; j < i; j++) matrix[j * d + i] = matrix[i * d + j] ?? 0;
  }
  return matrix;
}

/**
 * Ridge regression of ratings on embeddings, in closed form: w = (XᵀX + ridge·I)⁻¹ Xᵀy on centred data, so that the bias is not
 * regularised. Metrics: `r2` on the ratings themselves, `looR2` and `looError` (root mean square) with each rating predicted from the
 * others. These are exact, from the diagonal of the hat matrix. A looR2 of 0 or less means that nothing was learnt.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: fewer than 2 ratings, all equal, or embeddings of different lengths
 */
export function trainRatings(examples: readonly Rating[], options: TasteOptions = {}): TasteHead {
  const given = resolveOptions('ratings', ratings, examples);
  const { ridge, model } = resolveOptions('trainRatings', tasteOptions, options);
  const d = checkLengths(
    'ratings',
    given.map(({ embedding }) => embedding),
  );
  const n = given.length;
  const values = given.map(({ rating }) => rating);
  const middle = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  if (spread === 0) throw new ArtistError('ERR_INVALID_ARGUMENT', `ratings: expected different ratings, got ${n} times ${display(middle)}`);
  const wide = given.map(({ embedding }) => Float64Array.from(embedding));
  const mean = combine(wide, new Float64Array(n).fill(1 / n), d);
  const rows = wide.map((row) => row.map((value, at) => value - (mean[at] as number)));
  const lower = factor(weightedGram(rows, new Float64Array(n).fill(1), ridge, d), d);
  const weights = solveCholesky(
    lower,
    combine(
      rows,
      values.map((value) => value - middle),
      d,
    ),
  );
  let errors = 0;
  let leftOut = 0;
  for (const [index, row] of rows.entries()) {
    const error = (values[index] as number) - middle - dot(row, weights);
    const leverage = 1 / n + dot(row, solveCholesky(lower, row));
    errors += error ** 2;
    leftOut += (error / (1 - leverage)) ** 2;
  }
  return {
    version: 1,
    kind: 'ratings',
    ...(model !== undefined && { model }),
    weights: [...weights],
    bias: middle - dot(mean, weights),
    n,
    // Compare each rating with the mean of the others, since its prediction did not use it: (y - mean) * n / (n - 1).
    metrics: { r2: 1 - errors / spread, looR2: 1 - leftOut / (spread * (n / (n - 1)) ** 2), looError: Math.sqrt(leftOut / n) },
  };
}

const mostSteps = 50;

/**
 * Bradley–Terry on duels: P(a beats b) = 1 / (1 + exp(w·b - w·a)), with a ridge on w, by Newton's method (the problem is convex, so there
 * is one answer). Metrics: `accuracy` and `logLoss` on the duels themselves; they are too optimistic with fewer duels than dimensions.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function trainDuels(examples: readonly Duel[], options: TasteOptions = {}): TasteHead {
  const given = resolveOptions('duels', duels, examples);
  const { ridge, model } = resolveOptions('trainDuels', tasteOptions, options);
  const d = checkLengths(
    'duels',
    given.flatMap(({ winner, loser }) => [winner, loser]),
  );
  const rows = given.map(({ winner, loser }) => Float64Array.from(winner, (value, at) => value - (loser[at] as number)));
  const objective = (w: Float64Array): number => (ridge / 2) * dot(w, w) + rows.reduce((sum, row) => sum + softplus(-dot(row, w)), 0);
  let weights = new Float64Array(d);
  for (let step = 0; step < mostSteps; step++) {
    const wins = rows.map((row) => 1 / (1 + Math.exp(-dot(row, weights))));
    const pull = combine(
      rows,
      wins.map((win) => 1 - win),
      d,
    ).map((value, at) => value - ridge * (weights[at] as number));
    const curvature = weightedGram(
      rows,
      wins.map((win) => win * (1 - win)),
      ridge,
      d,
    );
    const direction = solveCholesky(factor(curvature, d), pull);
    const gain = dot(pull, direction);
    if (gain < 1e-12) break;
    // Halve the step until it improves: a full step can overshoot if nearly all duels are predictable.
    let length = 1;
    const before = objective(weights);
    const move = (): Float64Array<ArrayBuffer> => weights.map((value, at) => value + length * (direction[at] as number));
    while (length > 1e-6 && objective(move()) > before - 1e-4 * length * gain) length /= 2;
    weights = move();
  }
  const margins = rows.map((row) => dot(row, weights));
  return {
    version: 1,
    kind: 'duels',
    ...(model !== undefined && { model }),
    weights: [...weights],
    bias: 0,
    n: rows.length,
    metrics: {
      accuracy: margins.filter((margin) => margin > 0).length / rows.length,
      logLoss: margins.reduce((sum, margin) => sum + softplus(-margin), 0) / rows.length,
    },
  };
}

/** ln(1 + eˣ) without overflow. */
function softplus(x: number): number {
  return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * The predicted taste score of a picture.
 *
 * @param head result of trainRatings() or trainDuels(), possibly read from JSON
 * @param embedding by the CLIP model that the head was trained with
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function tasteScore(head: TasteHead, embedding: Vector): number {
  const { weights, bias } = resolveOptions('head', tasteHeadSchema, head);
  if (!(embedding instanceof Float32Array) || embedding.length !== weights.length)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `embedding: expected ${weights.length} values, as the head was trained on, got ${embedding instanceof Float32Array ? embedding.length : display(embedding)}`,
    );
  return bias + dot(weights, embedding);
}
