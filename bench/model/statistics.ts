import { seededRandom } from '../../lib/core/index.ts';

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A mean or a ratio of means, with the middle 95 % of what resamples of the items give (percentile bootstrap, fixed seed); or a share. */
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

/** How many of them hold, as a share, with Wilson's interval of 95 %, which means something where none or all do. */
export function shareIn(cases: readonly boolean[]): Estimate {
  const [n, z] = [cases.length, 1.959964];
  const share = cases.filter(Boolean).length / n;
  const middle = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const reach = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return { value: share, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

/** Mean of `above` over mean of `below`; the two belong together in pairs. */
export function ratioOf(above: readonly number[], below: readonly number[]): Estimate {
  return estimate(above.length, (items) => mean(items.map((item) => above[item] ?? 0)) / mean(items.map((item) => below[item] ?? 0)));
}

/** Peak signal-to-noise ratio of 8-bit pictures of one size, decibels; Infinity where they are equal. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new RangeError(`psnr: expected as many bytes, got ${a.length} and ${b.length}`);
  let squares = 0;
  for (let at = 0; at < a.length; at++) squares += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return 10 * Math.log10((255 * 255 * a.length) / squares);
}

/** softmax of the scores at one place. */
export function shareOf(scores: Float32Array, at: number): number {
  const largest = Math.max(...scores);
  return Math.exp((scores[at] ?? Number.NEGATIVE_INFINITY) - largest) / scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
}

/** Places of the highest scores, the highest first. */
export function topOf(scores: Float32Array, count: number): number[] {
  return Array.from(scores.keys())
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    .slice(0, count);
}
