import { seededRandom } from '../../lib/core/index.ts';

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A share, or a mean or ratio of means with the 95 % interval of a percentile bootstrap over the items (fixed seed). */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

function estimate(n: number, statistic: (items: readonly number[]) => number, resamples = 2000): Estimate {
  const random = seededRandom(7);
  const all = Array.from({ length: n }, (_, index) => index);
  const values = Array.from({ length: resamples }, () => statistic(all.map(() => Math.floor(random() * n)))).sort((a, b) => a - b);
  const at = (share: number): number => values[Math.round(share * (resamples - 1))] ?? Number.NaN;
  return { value: statistic(all), low: at(0.025), high: at(0.975) };
}

export function meanOf(values: readonly number[]): Estimate {
  return estimate(values.length, (items) => mean(items.map((item) => values[item] ?? 0)));
}

/** Share of true cases with Wilson's 95 % interval, which is also meaningful for none and all. */
export function shareIn(cases: readonly boolean[]): Estimate {
  const [n, z] = [cases.length, 1.959964];
  const share = cases.filter(Boolean).length / n;
  const middle = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const reach = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return { value: share, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

/** Mean of `above` divided by the mean of `below`; their items are pairs. */
export function ratioOf(above: readonly number[], below: readonly number[]): Estimate {
  return estimate(above.length, (items) => mean(items.map((item) => above[item] ?? 0)) / mean(items.map((item) => below[item] ?? 0)));
}

/** Peak signal-to-noise ratio of 8-bit pictures of one size, decibels; Infinity if they are equal. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new RangeError(`psnr: expected as many bytes, got ${a.length} and ${b.length}`);
  let squares = 0;
  for (let at = 0; at < a.length; at++) squares += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return 10 * Math.log10((255 * 255 * a.length) / squares);
}

/** Softmax of the scores at one index. */
export function shareOf(scores: Float32Array, at: number): number {
  const largest = Math.max(...scores);
  return Math.exp((scores[at] ?? Number.NEGATIVE_INFINITY) - largest) / scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
}

/** Indices of the highest scores, highest first. */
export function topOf(scores: Float32Array, count: number): number[] {
  return Array.from(scores.keys())
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    .slice(0, count);
}
