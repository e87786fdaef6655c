/** What to paint more of, from the ratings of the owner. */
import { type Contrast, contrastOf, fewestRatings } from './contrast.ts';
import { namesOf, type ShareKind, shareKinds } from './spreads.ts';
import type { WorkFacts } from './work-facts.ts';

export interface Recommendation extends Contrast {
  kind: ShareKind;
  name: string;
  /** Works that have it, rated or not. */
  works: number;
  /** more, less: certain beyond chance, although many names were compared. open: not yet. */
  verdict: 'more' | 'less' | 'open';
}

export interface Recommendations {
  rated: number;
  /** Mean of all ratings; null: there are none. */
  mean: number | null;
  /** Names with enough ratings to compare them with the rest; the verdicts allow for their number. */
  compared: number;
  /** Clear ones first, then by difference. */
  names: Recommendation[];
  /** Names that were often painted and hardly rated: ratings there would tell most. */
  unknown: { kind: ShareKind; name: string; works: number; rated: number }[];
}

/** Expected share of wrong verdicts among `more` and `less`. */
const falseShare = 0.05;
const mostUnknown = 20;
/** Works that make a name worth a question. */
const oftenPainted = 5;

/** Benjamini and Hochberg (1995): the largest p that is a discovery when so many were tested. */
function largestDiscovery(ps: readonly number[]): number {
  const sorted = [...ps].sort((a, b) => a - b);
  return sorted.reduce((largest, p, index) => (p <= (falseShare * (index + 1)) / sorted.length ? p : largest), 0);
}

/**
 * Compares the ratings of works that have a style, topic, tag or model with the ratings of those that have not. Names are compared one by one: two
 * that always come together get the same difference.
 *
 * @param rated the rated works
 * @param facts all works, for how often each name was painted
 */
export function recommendationsOf(rated: readonly WorkFacts[], facts: readonly WorkFacts[]): Recommendations {
  const ratings = rated.flatMap(({ rating }) => rating ?? []);
  const found: Omit<Recommendation, 'verdict'>[] = [];
  const unknown: Recommendations['unknown'] = [];
  for (const kind of shareKinds) {
    const painted = countsOf(facts, kind);
    const own = countsOf(rated, kind);
    for (const [name, works] of new Map([...own, ...painted])) {
      const number = own.get(name) ?? 0;
      const has = (one: WorkFacts): boolean => namesOf(one, kind).includes(name);
      const contrast =
        number < fewestRatings
          ? undefined
          : contrastOf(
              ratingsOf(rated, has),
              ratingsOf(rated, (one) => !has(one)),
            );
      if (contrast) found.push({ kind, name, works, ...contrast });
      else if (works >= oftenPainted && number < fewestRatings) unknown.push({ kind, name, works, rated: number });
    }
  }
  const limit = largestDiscovery(found.map(({ p }) => p));
  const names = found.map((one): Recommendation => ({ ...one, verdict: one.p > limit ? 'open' : one.difference > 0 ? 'more' : 'less' }));
  return {
    rated: ratings.length,
    mean: ratings.length === 0 ? null : ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length,
    compared: found.length,
    names: names.sort((a, b) => Number(a.verdict === 'open') - Number(b.verdict === 'open') || b.difference - a.difference),
    unknown: unknown.sort((a, b) => b.works - a.works || (a.name < b.name ? -1 : 1)).slice(0, mostUnknown),
  };
}

const ratingsOf = (rated: readonly WorkFacts[], has: (one: WorkFacts) => boolean): number[] =>
  rated.flatMap((one) => (has(one) ? (one.rating ?? []) : []));

function countsOf(facts: readonly WorkFacts[], kind: ShareKind): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of facts) for (const name of namesOf(one, kind)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
