import { type MetricAge, metricAges, type Post } from '../outbox/post.ts';

/** How a post did beside others of its account. */
export interface Standing {
  work: string;
  /** When it went out, milliseconds since 1970. */
  at: number;
  /** In standard deviations above (or below) what posts of the account brought at that time. */
  value: number;
}

/** A share costs the person who gives it more than a like. */
const weights = { likes: 1, replies: 2, saves: 2, shares: 3, quotes: 3 } as const;
/** Ages at which figures are compared: most of what a post brings has come after a day. */
const comparedAges: readonly MetricAge[] = metricAges.slice(metricAges.indexOf('24h'));
/** Fewer posts say nothing about each other. */
const fewest = 5;
/** A post is compared with so many others before it and after it: accounts grow, and a year is not one level. */
const reach = 10;

interface Measured {
  work: string;
  at: number;
  /** Of what kind and age; only equal ones compare. */
  kind: string;
  /** ln(1 + sum), since figures of posts spread over powers of ten. */
  amount: number;
}

function measuredOf({ work, published, metrics }: Post): Measured[] {
  if (!published) return [];
  for (const age of comparedAges) {
    const figures = metrics.find((one) => one.age === age)?.figures;
    if (!figures) continue;
    const named = (Object.keys(weights) as (keyof typeof weights)[]).filter((name) => figures[name] !== undefined);
    if (named.length > 0) {
      const sum = named.reduce((total, name) => total + weights[name] * (figures[name] ?? 0), 0);
      return [{ work, at: published.at, kind: `${age} ${named.join(' ')}`, amount: Math.log1p(sum) }];
    }
    if (figures.views !== undefined) return [{ work, at: published.at, kind: `${age} views`, amount: Math.log1p(figures.views) }];
  }
  return [];
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * How the posts of one account did, from their figures after a day (or the next age at which they were read). Each is compared with up to twenty
 * posts of the same kind of figures around it in time. Posts without figures, and kinds with fewer than five posts, are left out.
 */
export function standingsOf(posts: readonly Post[]): Standing[] {
  const byKind = new Map<string, Measured[]>();
  for (const one of posts.flatMap(measuredOf)) byKind.set(one.kind, [...(byKind.get(one.kind) ?? []), one]);
  return [...byKind.values()].filter((group) => group.length >= fewest).flatMap(standingsOfKind);
}

function standingsOfKind(group: readonly Measured[]): Standing[] {
  const sorted = [...group].sort((a, b) => a.at - b.at);
  const differences = sorted.map(({ amount }, index) => {
    const around = [...sorted.slice(Math.max(0, index - reach), index), ...sorted.slice(index + 1, index + 1 + reach)];
    return amount - mean(around.map((other) => other.amount));
  });
  const spread = Math.sqrt(mean(differences.map((difference) => difference ** 2)));
  return sorted.map(({ work, at }, index) => ({ work, at, value: spread === 0 ? 0 : (differences[index] ?? 0) / spread }));
}
