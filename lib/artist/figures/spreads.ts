/** How works spread: over days, names and values. */
import type { EvolutionSpan } from '../measure/evolution.ts';
import type { WorkFacts } from './work-facts.ts';

export interface Day {
  /** `2027-01-31`, UTC. */
  day: string;
  works: number;
  /** Of the works whose ledgers were read. */
  candidates: number;
  rejected: number;
  /** Works with a painting time, their pictures with one (all candidates), and the sum of these times. */
  timed: number;
  pictures: number;
  seconds: number;
}

const dayMs = 86_400_000;
/** `2027-01-31`. @param day days since 1970, UTC */
export const isoDay = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** @param days a number since 1970 for each work */
export function daysOf(days: Uint16Array, facts: readonly WorkFacts[]): Day[] {
  const found = new Map<string, Day>();
  const at = (day: string): Day => {
    const known = found.get(day) ?? { day, works: 0, candidates: 0, rejected: 0, timed: 0, pictures: 0, seconds: 0 };
    found.set(day, known);
    return known;
  };
  for (const day of days) at(isoDay(day)).works++;
  for (const { createdAt, round } of facts) {
    if (!round) continue;
    const day = at(createdAt.slice(0, 10));
    day.candidates += round.candidates;
    day.rejected += round.rejected;
    if (round.seconds === undefined) continue;
    day.timed++;
    day.pictures += round.timed;
    day.seconds += round.seconds;
  }
  return [...found.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

export const shareKinds = ['style', 'topic', 'tag', 'model'] as const;
export type ShareKind = (typeof shareKinds)[number];

export interface Shares {
  /** Oldest first. `without`: works that have no such name. */
  spans: { span: string; from: string; to: string; works: number; counts: number[]; others: number; without: number }[];
  /** The most frequent ones, most frequent first: the columns of `counts`. */
  names: string[];
}

/** Names that get a column of their own; the others are counted together. */
const mostNames = 12;

export const namesOf = ({ style, topic, tags, model }: WorkFacts, kind: ShareKind): readonly string[] => {
  if (kind === 'tag') return tags;
  const name = { style, topic, model }[kind];
  return name === undefined ? [] : [name];
};

/** How often each name was chosen in each span. A work with several tags counts once for each. */
export function sharesOver(facts: readonly WorkFacts[], kind: ShareKind, by: EvolutionSpan): Shares {
  const totals = new Map<string, number>();
  for (const one of facts) for (const name of namesOf(one, kind)) totals.set(name, (totals.get(name) ?? 0) + 1);
  const names = [...totals]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, mostNames)
    .map(([name]) => name);
  const columns = new Map(names.map((name, column) => [name, column]));
  const spans = new Map<string, Shares['spans'][number]>();
  for (const one of [...facts].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const { spans: own, createdAt } = one;
    const span = spans.get(own[by]) ?? {
      ...{ span: own[by], from: createdAt, to: createdAt, works: 0, others: 0, without: 0 },
      counts: names.map(() => 0),
    };
    spans.set(span.span, span);
    span.works++;
    span.to = createdAt;
    const found = namesOf(one, kind);
    if (found.length === 0) span.without++;
    for (const name of found) {
      const column = columns.get(name);
      if (column === undefined) span.others++;
      else span.counts[column] = (span.counts[column] ?? 0) + 1;
    }
  }
  return { spans: [...spans.values()], names };
}

export interface Spread {
  scorer: string;
  /** A term of the ranking, or `total`. */
  term: string;
  n: number;
  mean: number;
  /** Minimum, lower quartile, median, upper quartile, maximum. */
  quantiles: [number, number, number, number, number];
  /** Works in each of the classes of equal width from the minimum to the maximum. */
  classes: number[];
}

const classCount = 20;

function spreadOf(values: readonly number[]): Omit<Spread, 'scorer' | 'term'> {
  const sorted = Float64Array.from(values).sort();
  const quantile = (share: number): number => {
    const at = share * (sorted.length - 1);
    const low = sorted[Math.floor(at)] ?? 0;
    return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? low) - low);
  };
  const [least = 0, width] = [sorted[0], (quantile(1) - quantile(0)) / classCount];
  const classes = Array.from({ length: classCount }, () => 0);
  for (const value of sorted) {
    const place = width > 0 ? Math.min(classCount - 1, Math.floor((value - least) / width)) : 0;
    classes[place] = (classes[place] ?? 0) + 1;
  }
  return {
    n: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    quantiles: [quantile(0), quantile(0.25), quantile(0.5), quantile(0.75), quantile(1)],
    classes,
  };
}

/** How the values of kept works spread, for each scorer and term. */
export function spreadsOf(facts: readonly WorkFacts[]): Spread[] {
  const groups = new Map<string, { scorer: string; term: string; values: number[] }>();
  for (const { round } of facts)
    for (const [term, value] of Object.entries(round?.kept ?? {})) {
      if (!round || value === undefined) continue;
      const key = `${round.scorer}\n${term}`;
      const group = groups.get(key) ?? { scorer: round.scorer, term, values: [] };
      groups.set(key, group);
      group.values.push(value);
    }
  return [...groups.values()]
    .map(({ scorer, term, values }) => ({ scorer, term, ...spreadOf(values) }))
    .sort((a, b) => b.n - a.n || (a.term < b.term ? -1 : 1));
}

/** Works with each rating, 1 to 5. */
export function ratingCounts(facts: readonly WorkFacts[]): number[] {
  const counts = [0, 0, 0, 0, 0];
  for (const { rating } of facts) if (rating !== undefined) counts[rating - 1] = (counts[rating - 1] ?? 0) + 1;
  return counts;
}
