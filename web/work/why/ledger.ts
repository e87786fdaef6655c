/** The ledger of a work's round, as far as the page shows it. Records of newer versions may lack fields. */
import type { Ledger, LedgerCandidate } from '../../../lib/curation/index.ts';
import type { FullWork } from '../../api/works.ts';

export type ShownLedger = Pick<Ledger, 'winner' | 'candidates' | 'weights' | 'wildCard'> & Partial<Ledger>;
export type ShownCandidate = LedgerCandidate;

/** undefined: it was not curated, or the record has another form. */
export function ledgerOf({ ledger }: FullWork): ShownLedger | undefined {
  const given = ledger as Partial<ShownLedger> | null;
  return Array.isArray(given?.candidates) &&
    given.candidates.length > 0 &&
    given.candidates.every((one) => typeof one?.verdict === 'string')
    ? (given as ShownLedger)
    : undefined;
}

/** Terms that counted in this round, the weightiest first. */
export function termsOf({ candidates, weights }: ShownLedger): string[] {
  const weightOf = (term: string): number => (weights?.values as Record<string, number> | undefined)?.[term] ?? 0;
  const counted = new Set(candidates.flatMap(({ z }) => Object.keys(z ?? {})));
  return [...counted].filter((term) => weightOf(term) > 0).sort((a, b) => weightOf(b) - weightOf(a));
}

/** What a term added to the total: its weight times its z-score. */
export const shareOf = ({ weights }: ShownLedger, { z }: ShownCandidate, term: string): number =>
  ((weights?.values as Record<string, number> | undefined)?.[term] ?? 0) * ((z as Record<string, number> | null)?.[term] ?? 0);

/** The largest such share of the round, to scale bars; never 0. */
export const largestShare = (ledger: ShownLedger): number =>
  Math.max(1e-9, ...ledger.candidates.flatMap((one) => termsOf(ledger).map((term) => Math.abs(shareOf(ledger, one, term)))));

/** Indices of the candidates by rank, rejected ones last. */
export const inOrder = ({ candidates }: ShownLedger): number[] =>
  candidates.map((_, index) => index).sort((a, b) => (candidates[a]?.rank ?? 1e9) - (candidates[b]?.rank ?? 1e9) || a - b);

export interface Tiles {
  address: string;
  edge: number;
  count: number;
}
