/** What choosing among candidates brought. */
import { type MeasuredMean, measuredMean } from '../../curation/index.ts';
import { type Contrast, contrastOf } from './contrast.ts';
import type { Round, Values, WorkFacts } from './work-facts.ts';

export interface TermGain {
  scorer: string;
  term: string;
  /** Whether the ranking used it: then kept ones are better in it by construction, and only a term that did not count is evidence. */
  ranked: boolean;
  /** Rounds with at least two candidates that have the term. */
  rounds: number;
  kept: number;
  /** Mean over rounds of the mean of the candidates that passed the gates and were not kept. */
  passedOver: number;
  /** Kept minus passed over. */
  gain: MeasuredMean;
  /** Kept minus the first candidate, which would be the work without choosing. */
  overFirst: MeasuredMean;
}

export interface Choosing {
  /** Rounds in all, and those with something to choose from. */
  rounds: number;
  chosen: number;
  candidates: number;
  rejected: number;
  /** Rejected candidates by fault, most frequent first. */
  faults: { name: string; candidates: number }[];
  terms: TermGain[];
  /** Ratings of works that were chosen among several, against those that had no rival: evidence that the ranking has not seen. */
  ratings: Contrast | null;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Rounds that an interval needs. */
const fewest = 3;

interface Term {
  scorer: string;
  term: string;
  ranked: boolean;
  pairs: { kept: number; passedOver: number; first: number }[];
}

function add(terms: Map<string, Term>, round: Round, term: string): void {
  const of = (values: Values): number | undefined => values[term];
  const kept = of(round.kept);
  const others = round.passedOver.flatMap((values) => of(values) ?? []);
  if (kept === undefined || others.length === 0) return;
  const key = `${round.scorer}\n${term}`;
  const known = terms.get(key) ?? { scorer: round.scorer, term, ranked: false, pairs: [] };
  terms.set(key, known);
  known.ranked ||= term === 'total' || round.counted.includes(term);
  // A first candidate that was rejected before it was measured is no comparison.
  const first = round.first === undefined ? kept : (of(round.first) ?? kept);
  known.pairs.push({ kept, passedOver: mean(others), first });
}

function gainOf({ pairs, ...term }: Term): TermGain | undefined {
  const gain = measuredMean(pairs.map(({ kept, passedOver }) => kept - passedOver));
  const overFirst = measuredMean(pairs.map(({ kept, first }) => kept - first));
  if (!gain || !overFirst || pairs.length < fewest) return undefined;
  return {
    ...term,
    rounds: pairs.length,
    kept: mean(pairs.map(({ kept }) => kept)),
    passedOver: mean(pairs.map(({ passedOver }) => passedOver)),
    gain,
    overFirst,
  };
}

/** @param rated facts of the rated works, for the evidence of ratings */
export function choosingOf(facts: readonly WorkFacts[], rated: readonly WorkFacts[]): Choosing {
  const rounds = facts.flatMap(({ round }) => round ?? []);
  const terms = new Map<string, Term>();
  const faults = new Map<string, number>();
  for (const round of rounds) {
    for (const term of Object.keys(round.kept)) add(terms, round, term);
    for (const fault of round.faults) faults.set(fault, (faults.get(fault) ?? 0) + 1);
  }
  const had = (rivals: boolean): number[] =>
    rated.flatMap(({ round, rating }) => (round && round.passedOver.length > 0 === rivals ? (rating ?? []) : []));
  return {
    rounds: rounds.length,
    chosen: rounds.filter(({ passedOver }) => passedOver.length > 0).length,
    candidates: rounds.reduce((sum, { candidates }) => sum + candidates, 0),
    rejected: rounds.reduce((sum, { rejected }) => sum + rejected, 0),
    faults: [...faults].map(([name, candidates]) => ({ name, candidates })).sort((a, b) => b.candidates - a.candidates),
    terms: [...terms.values()].flatMap((term) => gainOf(term) ?? []).sort((a, b) => b.rounds - a.rounds || (a.term < b.term ? -1 : 1)),
    ratings: contrastOf(had(true), had(false)) ?? null,
  };
}
