import { ArtistError } from '../core/index.ts';
import type { ResolvedRank } from './rank-options.ts';
import { type TermName, type Terms, termNames } from './terms.ts';

/** A candidate that passed the gates, with the z-score of each term that counts. */
export interface Scored {
  index: number;
  z: Terms;
}

export function total(z: Terms, weights: Readonly<Record<TermName, number>>): number {
  return termNames.reduce((sum, term) => sum + weights[term] * (z[term] ?? 0), 0);
}

/** At least as good in every term and better in one. */
function dominates(a: Terms, b: Terms, terms: readonly TermName[]): boolean {
  return terms.every((term) => (a[term] ?? 0) >= (b[term] ?? 0)) && terms.some((term) => (a[term] ?? 0) > (b[term] ?? 0));
}

export interface Selection {
  /** Best first. */
  order: Scored[];
  /** How a tie was broken, in words. */
  tie: string | undefined;
}

/** Sorts by total; among totals within the margin, one that is dominated cannot win, and the one that dominates most others does. */
export function select(scored: readonly Scored[], weights: Readonly<Record<TermName, number>>, margin: number): Selection {
  const terms = termNames.filter((term) => weights[term] > 0);
  const order = [...scored].sort((a, b) => total(b.z, weights) - total(a.z, weights) || a.index - b.index);
  const [first] = order;
  if (!first) return { order, tie: undefined };
  const best = total(first.z, weights);
  const close = order.filter(({ z }) => best - total(z, weights) <= margin);
  if (close.length === 1) return { order, tie: undefined };
  const wins = (one: Scored): number => scored.filter((other) => dominates(one.z, other.z, terms)).length;
  const free = close.filter((one) => !close.some((other) => dominates(other.z, one.z, terms)));
  const winner = free.reduce((kept, one) => (wins(one) > wins(kept) ? one : kept));
  return {
    order: [winner, ...order.filter((one) => one !== winner)],
    tie: `tie of ${close.length} within ${margin}: better in every term than ${wins(winner)} of ${scored.length - 1} others`,
  };
}

/** Index in `order` of the wild card, or 0. Always draws the same number of random numbers, so that rounds stay comparable. */
export function drawWildCard(count: number, { wildCardOneIn, random }: ResolvedRank): number {
  if (wildCardOneIn === 0) return 0;
  if (!random)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'random: expected a function with wildCardOneIn, got undefined. Pass seededRandom(seed)');
  const [chance, which] = [random(), random()];
  return chance < 1 / wildCardOneIn && count > 1 ? 1 + Math.min(count - 2, Math.floor(which * (count - 1))) : 0;
}

/** For each term that counted: the candidate that would have won without it. None if the other terms make all equal. */
export function counterfactuals(
  scored: readonly Scored[],
  weights: Readonly<Record<TermName, number>>,
  margin: number,
): [TermName, number][] {
  return termNames.flatMap((term): [TermName, number][] => {
    const rest = { ...weights, [term]: 0 };
    const totals = scored.map(({ z }) => total(z, rest));
    if (weights[term] === 0 || Math.max(...totals) - Math.min(...totals) < 1e-9) return [];
    const winner = select(scored, rest, margin).order[0];
    return winner ? [[term, winner.index]] : [];
  });
}
