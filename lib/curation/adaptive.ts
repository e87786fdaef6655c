/** Decides how many candidates to paint: another one as long as its expected gain is worth its time. */
import * as z from 'zod';
import { answering, resolveOptions } from '../core/index.ts';

/** exp(-x²/2) / √(2π) */
const density = (x: number): number => Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);

/** P(X > x) of the standard normal (Abramowitz and Stegun 7.1.26, error below 1e-7). */
function upperTail(x: number): number {
  const t = 1 / (1 + 0.3275911 * (Math.abs(x) / Math.SQRT2));
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const half = 0.5 * series * Math.exp(-(x * x) / 2);
  return x >= 0 ? half : 1 - half;
}

/**
 * Expected improvement of one more draw from a normal distribution over the best so far: E[max(0, X - best)] = s (φ(u) - u (1 - Φ(u))), u =
 * (best - mean) / s.
 */
export const expectedGain = answering(
  'expectedGain',
  ({ mean, deviation, best }: { mean: number; deviation: number; best: number }): number => {
    if (!(deviation > 0)) return Math.max(0, mean - best);
    const u = (best - mean) / deviation;
    return deviation * Math.max(0, density(u) - u * upperTail(u));
  },
);

export const adaptiveOptions = z.strictObject({
  /** Seconds to paint and score another candidate. */
  seconds: z.number().min(0),
  /** Seconds that one point of the total is worth. A point is about one standard deviation of a term of weight 1. Default 30. */
  secondsPerPoint: z.number().positive().default(30),
  /** With fewer scored candidates no distribution can be fitted, so continue. Default 3. */
  least: z.int().min(2).default(3),
  /** Never more than this. Default 16. */
  most: z.int().min(1).default(16),
});
export type AdaptiveOptions = z.input<typeof adaptiveOptions>;

/** Whether to paint another candidate, and the numbers behind it. */
export interface Another {
  another: boolean;
  why: 'too-few' | 'worth-it' | 'not-worth-it' | 'limit';
  n: number;
  /** Statistics of the totals so far; null if too few. */
  mean: number | null;
  deviation: number | null;
  best: number | null;
  /** In points of the total. */
  gain: number | null;
  /** gain times secondsPerPoint: the value in seconds, to compare with the cost. */
  worthSeconds: number | null;
  seconds: number;
}

/**
 * Fits a normal distribution to the totals of one round and computes the expected gain of one more candidate. The spread is that of a
 * prediction, s √(1 + 1/n), since mean and deviation are estimates themselves.
 *
 * @param totals totals of the candidates that passed, on one scale
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export const worthAnother = answering('worthAnother', (totals: readonly number[], options: AdaptiveOptions): Another => {
  const values = resolveOptions('totals', z.array(z.number()), totals);
  const { seconds, secondsPerPoint, least, most } = resolveOptions('worthAnother', adaptiveOptions, options);
  const n = values.length;
  const nothing = { n, mean: null, deviation: null, best: null, gain: null, worthSeconds: null, seconds };
  if (n >= most) return { another: false, why: 'limit', ...nothing };
  if (n < least) return { another: true, why: 'too-few', ...nothing };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const best = Math.max(...values);
  const gain = expectedGain({ mean, deviation: deviation * Math.sqrt(1 + 1 / n), best });
  const worthSeconds = gain * secondsPerPoint;
  const another = worthSeconds > seconds;
  return { another, why: another ? 'worth-it' : 'not-worth-it', n, mean, deviation, best, gain, worthSeconds, seconds };
});
