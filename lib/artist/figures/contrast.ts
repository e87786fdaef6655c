/** Two sets of ratings against each other. */
import { randomBelow, seededRandom } from '../../core/index.ts';
import { type Interval, type MeasuredMean, measuredMean } from '../../curation/index.ts';

export interface Contrast {
  /** With the 95 % interval of its mean (bootstrap). */
  with: MeasuredMean;
  rest: { n: number; mean: number };
  /** Mean of the ones minus mean of the rest. */
  difference: number;
  /** 95 %, normal approximation with the variances of both. */
  interval: Interval;
  /** Share of random divisions into sets of these sizes whose means differ at least as much (permutation test, both sides). */
  p: number;
}

/** Ratings that each set needs. */
export const fewestRatings = 3;
const permutations = 1999;
/** Rounding: sums of the same ratings in another order are equal. */
const epsilon = 1e-9;

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) };
}

/** A permutation test (R. A. Fisher, 1935): how often chance alone gives such a difference. */
function chanceOf(ones: readonly number[], rest: readonly number[], difference: number): number {
  const all = Float64Array.from([...ones, ...rest]);
  const total = all.reduce((sum, value) => sum + value, 0);
  const random = seededRandom(0);
  // The smaller set is drawn: the other one follows.
  const size = Math.min(ones.length, rest.length);
  let extreme = 0;
  for (let draw = 0; draw < permutations; draw++) {
    let sum = 0;
    for (let at = 0; at < size; at++) {
      const other = at + randomBelow(random, all.length - at);
      const value = all[other] ?? 0;
      all[other] = all[at] ?? 0;
      all[at] = value;
      sum += value;
    }
    if (Math.abs(sum / size - (total - sum) / (all.length - size)) >= Math.abs(difference) - epsilon) extreme++;
  }
  return (extreme + 1) / (permutations + 1);
}

/** undefined: a set has fewer than three ratings. */
export function contrastOf(ones: readonly number[], rest: readonly number[]): Contrast | undefined {
  const own = measuredMean(ones);
  if (!own || ones.length < fewestRatings || rest.length < fewestRatings) return undefined;
  const [a, b] = [moments(ones), moments(rest)];
  const difference = a.mean - b.mean;
  const margin = 1.96 * Math.sqrt(a.variance / ones.length + b.variance / rest.length);
  return {
    with: own,
    rest: { n: rest.length, mean: b.mean },
    difference,
    interval: [difference - margin, difference + margin],
    p: chanceOf(ones, rest, difference),
  };
}
