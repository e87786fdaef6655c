/** Middle and spread of a few repeats. */

export interface Spread {
  median: number;
  low: number;
  high: number;
}

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

/** Median and quartiles; undefined without numbers. */
export function spreadOf(numbers: readonly number[]): Spread | undefined {
  if (numbers.length === 0) return undefined;
  const sorted = [...numbers].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** Whether two spreads overlap: then their difference may be chance. */
export const overlap = (a: Spread, b: Spread): boolean => a.low <= b.high && b.low <= a.high;
