/** What figures need of works: little of each, so that ten thousand fit into memory. */
import { type Ledger, ledgerOf, termNames } from '../../curation/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';
import { type EvolutionSpan, evolutionSpans, spanOf } from '../measure/evolution.ts';

/** What a candidate was ranked by: each term, and `total`, the sum of the weighted ones. */
export type Values = Partial<Record<string, number>>;

/** A round of curation. */
export interface Round {
  /** The scorer, and the model of its embeddings: values of two are not compared. */
  scorer: string;
  /** The terms that counted. */
  counted: readonly string[];
  kept: Values;
  /** undefined: the first candidate was kept. */
  first: Values | undefined;
  /** Candidates that passed the gates and were not kept. */
  passedOver: readonly Values[];
  rejected: number;
  faults: readonly string[];
  candidates: number;
  /** Painting time of the candidates that have one, and their number. */
  seconds: number | undefined;
  timed: number;
}

export interface WorkFacts {
  id: string;
  createdAt: string;
  spans: Readonly<Record<EvolutionSpan, string>>;
  style: string | undefined;
  topic: string | undefined;
  tags: readonly string[];
  model: string | undefined;
  /** 1..5 */
  rating: number | undefined;
  round: Round | undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function valuesOf({ terms, total }: Ledger['candidates'][number]): Values {
  const found: Values = {};
  for (const name of termNames) {
    const value = terms[name];
    if (typeof value === 'number') found[name] = value;
  }
  if (total !== null) found['total'] = total;
  return found;
}

function roundOf(ledger: Ledger | undefined): Round | undefined {
  const { winner = null, candidates = [] } = ledger ?? {};
  const kept = winner === null ? undefined : candidates[winner];
  if (!ledger || !kept) return undefined;
  const seconds = candidates.flatMap((one) => one.seconds ?? []);
  const [first] = candidates;
  return {
    scorer: ledger.model === undefined ? ledger.curation : `${ledger.curation}, ${ledger.model}`,
    counted: Object.keys(ledger.basis),
    kept: valuesOf(kept),
    first: first === undefined || first === kept ? undefined : valuesOf(first),
    passedOver: candidates.filter((one) => one !== kept && one.verdict !== 'rejected').map(valuesOf),
    rejected: candidates.filter(({ verdict }) => verdict === 'rejected').length,
    faults: candidates.flatMap(({ faults }) => faults.map(({ fault }) => fault)),
    candidates: candidates.length,
    seconds: seconds.length === 0 ? undefined : seconds.reduce((sum, one) => sum + one, 0),
    timed: seconds.length,
  };
}

export function factsOf(work: Artwork): WorkFacts {
  const { id, createdAt, derivation, recipe, tags = [], rating } = work;
  const spans = Object.fromEntries(evolutionSpans.map((by) => [by, spanOf(work, by)])) as WorkFacts['spans'];
  return {
    ...{ id, createdAt, spans, tags, rating },
    style: textOf(derivation?.['style'] ?? recipe?.extra?.['style']),
    topic: textOf(derivation?.['topic']),
    model: textOf(recipe?.model?.name),
    round: roundOf(ledgerOf(work)),
  };
}

export interface FactsOptions {
  gallery: Gallery;
  /** Newest works that are read, and rated works beside them. */
  most: number;
  /** false: without hidden works. */
  hidden: boolean;
  range?: DayRange;
  warn: (line: string) => void;
}

/** Days in UTC, `2027-01-31`, both inclusive. */
export interface DayRange {
  from?: string | undefined;
  to?: string | undefined;
}

/** @param day `2027-01-31` */
export const isWithin = (day: string, { from, to }: DayRange): boolean =>
  (from === undefined || day >= from) && (to === undefined || day <= to);

const queryOf = ({ from, to }: DayRange): string => (from === undefined && to === undefined ? '' : `date:${from ?? ''}..${to ?? ''}`);

/**
 * Facts of the newest works, newest first, and of all rated ones, which are worth more and fewer.
 *
 * @throws every error of Gallery.list()
 */
export async function readFacts({
  gallery,
  most,
  hidden,
  range = {},
  warn,
}: FactsOptions): Promise<{ newest: WorkFacts[]; rated: WorkFacts[] }> {
  const known = new Map<string, WorkFacts>();
  const read = async (query: string): Promise<WorkFacts[]> => {
    const found: WorkFacts[] = [];
    let after: string | undefined;
    do {
      const page = await gallery.list({ query, hidden, limit: Math.min(500, most - found.length), after });
      for (const work of page.works) {
        const facts = known.get(work.id) ?? factsOf(work);
        known.set(work.id, facts);
        found.push(facts);
      }
      for (const { code, message } of page.problems) warn(`${code}: ${message}`);
      after = page.next;
    } while (after !== undefined && found.length < most);
    return found;
  };
  const days = queryOf(range);
  const newest = await read(days);
  return { newest, rated: await read(`rating:>=1 ${days}`) };
}
