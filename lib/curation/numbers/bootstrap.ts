import * as z from 'zod';
import { type RandomSource, seededRandom } from '../../core/index.ts';

export const bootstrapOptions = z.strictObject({
  /** Resamples; 1000 determine the ends of the interval to about 3 % of its width. */
  resamples: z.int().min(100).max(100_000).default(1000),
  /** Seed of the resampling: the same seed gives the same interval. */
  seed: z.int().min(0).default(0),
});
export type BootstrapOptions = z.input<typeof bootstrapOptions>;

/** Ends of a 95 % interval. */
export type Interval = [low: number, high: number];

/** How often each of `n` items is drawn when n are drawn with replacement. */
function drawCounts(n: number, random: RandomSource): Uint32Array {
  const counts = new Uint32Array(n);
  for (let draw = 0; draw < n; draw++) {
    const item = Math.min(n - 1, Math.floor(random() * n));
    counts[item] = (counts[item] ?? 0) + 1;
  }
  return counts;
}

/** The quantile of sorted values, with linear interpolation. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const below = sorted[low] ?? Number.NaN;
  return below + (at - low) * ((sorted[Math.ceil(at)] ?? below) - below);
}

/**
 * Percentile bootstrap (B. Efron, 1979): the middle 95 % of the values of `statistic` for resamples of the items. `statistic` gets how
 * often each item was drawn, and returns NaN if a resample has no value; that resample is not replaced.
 */
export function bootstrapInterval(
  n: number,
  { resamples, seed }: z.output<typeof bootstrapOptions>,
  statistic: (counts: Uint32Array) => number,
): Interval {
  const random = seededRandom(seed);
  const values = Float64Array.from({ length: resamples }, () => statistic(drawCounts(n, random)))
    .filter((value) => !Number.isNaN(value))
    .sort();
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

/** A mean with the ends of its 95 % interval. */
export interface MeasuredMean {
  n: number;
  mean: number;
  interval: Interval;
}

/** undefined if there are no values. */
export function measuredMean(values: readonly number[], options: BootstrapOptions = {}): MeasuredMean | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const statistic = (counts: Uint32Array): number => values.reduce((sum, value, index) => sum + ((counts[index] ?? 0) * value) / n, 0);
  return { n, mean, interval: bootstrapInterval(n, bootstrapOptions.parse(options), statistic) };
}
