import type { Ledger } from '../ledger.ts';
import type { RankCandidate, ResolvedRank } from '../rank-options.ts';
import type { TermName, Terms } from '../terms.ts';

export type Basis = NonNullable<Ledger['basis'][TermName]>;

function moments(values: readonly number[]): { mean: number; deviation: number; n: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0, n };
}

/** Rounding threshold: values that differ only in the last bits have no spread. */
const leastDeviation = (mean: number): number => 1e-12 * Math.max(1, Math.abs(mean));

/** The values a term is compared with: its past if that is long enough and varies, else the candidates. */
export function basisOf(term: TermName, passed: readonly RankCandidate[], { history, coldBelow }: ResolvedRank): Basis {
  const past = (history[term] ?? []).filter(Number.isFinite);
  if (past.length >= coldBelow) {
    const known = moments(past);
    if (known.deviation > leastDeviation(known.mean)) return { from: 'history', ...known };
  }
  return { from: 'batch', ...moments(passed.map(({ terms }) => terms[term] ?? 0)) };
}

/** Standard deviations from the mean; 0 if nothing varies. */
export function zScores(terms: Terms, bases: ReadonlyMap<TermName, Basis>): Terms {
  return Object.fromEntries(
    [...bases].map(([term, { mean, deviation }]) => [term, deviation > leastDeviation(mean) ? ((terms[term] ?? 0) - mean) / deviation : 0]),
  );
}
