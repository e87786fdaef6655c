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

const weight = z.number().positive().max(1);
export const besideRatings = z.strictObject({ examples: ratings, weight });
export const besideDuels = z.strictObject({ examples: duels, weight });

/** Examples that teach beside the others with a weight of their own, such as what posts brought. No metric is measured on them. */
export interface Beside<T> {
  examples: readonly T[];
  /** Of each, above 0 to 1; the others have 1. */
  weight: number;
}

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

function joined<T>(own: readonly T[], beside: Beside<T> | undefined): { given: T[]; factors: number[] } {
  const { examples = [], weight = 0 } = beside ?? {};
  return { given: [...own, ...examples], factors: [...own.map(() => 1), ...examples.map(() => weight)] };
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
 * Ridge regression of ratings on embeddings, in closed form: w = (XᵀVX + ridge·I)⁻¹ XᵀVy on centred data, so that the bias is not
 * regularised; V are the weights. Metrics: `r2` on the ratings themselves, `looR2` and `looError` (root mean square) with each rating predicted
 * from all other examples. These are exact, from the diagonal of the hat matrix. A looR2 of 0 or less means that nothing was learnt.
 *
 * @param beside ratings on the same scale that weigh less
 * @throws ArtistError ERR_INVALID_ARGUMENT: fewer than 2 ratings, all equal, or embeddings of different lengths
 */
export function trainRatings(examples: readonly Rating[], options: TasteOptions = {}, beside?: Beside<Rating>): TasteHead {
  const own = resolveOptions('ratings', ratings, examples);
  const { ridge, model } = resolveOptions('trainRatings', tasteOptions, options);
  const besides = beside && resolveOptions('beside', besideRatings, beside);
  const { given, factors } = joined(own, besides);
  const d = checkLengths(
    'ratings',
    given.map(({ embedding }) => embedding),
  );
  const n = own.length;
  const spread = spreadOf(own);
  const total = factors.reduce((sum, factor) => sum + factor, 0);
  const values = given.map(({ rating }) => rating);
  const middle = values.reduce((sum, value, index) => sum + (factors[index] ?? 0) * value, 0) / total;
  const wide = given.map(({ embedding }) => Float64Array.from(embedding));
  const mean = combine(
    wide,
    factors.map((factor) => factor / total),
    d,
  );
  const rows = wide.map((row) => row.map((value, at) => value - (mean[at] as number)));
  const lower = factor(weightedGram(rows, factors, ridge, d), d);
  const weights = solveCholesky(
    lower,
    combine(
      rows,
      values.map((value, index) => (factors[index] ?? 0) * (value - middle)),
      d,
    ),
  );
  let errors = 0;
  let leftOut = 0;
  for (const [index, { rating }] of own.entries()) {
    const row = rows[index] as Float64Array;
    const error = rating - middle - dot(row, weights);
    const leverage = 1 / total + dot(row, solveCholesky(lower, row));
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

/** Sum of squares around the mean. @throws ArtistError ERR_INVALID_ARGUMENT: all are equal */
function spreadOf(examples: readonly Rating[]): number {
  const values = examples.map(({ rating }) => rating);
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  if (spread > 0) return spread;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `ratings: expected different ratings, got ${values.length} times ${display(middle)}`);
}

const mostSteps = 50;

/**
 * Bradley–Terry on duels: P(a beats b) = 1 / (1 + exp(w·b - w·a)), with a ridge on w, by Newton's method (the problem is convex, so there
 * is one answer). Metrics: `accuracy` and `logLoss` on the duels themselves; they are too optimistic with fewer duels than dimensions.
 *
 * @param beside duels that weigh less
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function trainDuels(examples: readonly Duel[], options: TasteOptions = {}, beside?: Beside<Duel>): TasteHead {
  const own = resolveOptions('duels', duels, examples);
  const { ridge, model } = resolveOptions('trainDuels', tasteOptions, options);
  const besides = beside && resolveOptions('beside', besideDuels, beside);
  const { given, factors } = joined(own, besides);
  const d = checkLengths(
    'duels',
    given.flatMap(({ winner, loser }) => [winner, loser]),
  );
  const rows = given.map(({ winner, loser }) => Float64Array.from(winner, (value, at) => value - (loser[at] as number)));
  const weights = newton(rows, factors, ridge, d);
  const margins = rows.slice(0, own.length).map((row) => dot(row, weights));
  return {
    version: 1,
    kind: 'duels',
    ...(model !== undefined && { model }),
    weights: [...weights],
    bias: 0,
    n: own.length,
    metrics: {
      accuracy: margins.filter((margin) => margin > 0).length / own.length,
      logLoss: margins.reduce((sum, margin) => sum + softplus(-margin), 0) / own.length,
    },
  };
}

/** The w of the least ridge/2 |w|² + Σ fᵢ softplus(-w·xᵢ). */
function newton(rows: readonly Float64Array[], factors: readonly number[], ridge: number, d: number): Float64Array {
  const loss = (row: Float64Array, index: number, w: Float64Array): number => (factors[index] ?? 0) * softplus(-dot(row, w));
  const objective = (w: Float64Array): number => (ridge / 2) * dot(w, w) + rows.reduce((sum, row, index) => sum + loss(row, index, w), 0);
  let weights = new Float64Array(d);
  for (let step = 0; step < mostSteps; step++) {
    const wins = rows.map((row) => 1 / (1 + Math.exp(-dot(row, weights))));
    const pull = combine(
      rows,
      wins.map((win, index) => (factors[index] ?? 0) * (1 - win)),
      d,
    ).map((value, at) => value - ridge * (weights[at] as number));
    const curvature = weightedGram(
      rows,
      wins.map((win, index) => (factors[index] ?? 0) * win * (1 - win)),
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
  return weights;
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
