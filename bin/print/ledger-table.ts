import { type Ledger, type LedgerCandidate, type TermName, termNames } from '../../lib/curation/index.ts';
import { signed, t } from '../texts/texts.ts';

/** Cells of equal width: the first column left-aligned, the last unchanged, numbers between them right-aligned. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : at === columns - 1 ? cell : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** What is wrong with a picture, with what was measured. */
export const faultWords = ({ faults }: LedgerCandidate): string =>
  faults.map(({ fault, reason }) => `${t.choice.fault[fault]} (${reason})`).join(', ');

function verdictWords(candidate: LedgerCandidate): string {
  const { verdict, wouldHaveWonWithout } = candidate;
  const faults = faultWords(candidate);
  const without = wouldHaveWonWithout.map((term) => t.choice.points[term]).join(t.choice.or);
  return `${t.choice.verdict[verdict]}${faults === '' ? '' : `: ${faults}`}${without === '' ? '' : `; ${t.choice.wonWithout({ points: without })}`}`;
}

/** The points of a term: its distance from usual, times its weight. Those of all terms are the total. */
const pointsOf = ({ z }: LedgerCandidate, term: TermName, { weights }: Ledger): string =>
  z?.[term] === undefined ? '-' : signed((weights.values[term] ?? 0) * z[term], 2);

/** A scored round, best first, refused last: the points of each candidate, its score and the verdict. */
export function ledgerTable(ledger: Ledger): string[] {
  const terms = termNames.filter((term) => ledger.basis[term] !== undefined);
  const sorted = [...ledger.candidates].sort((a, b) => (a.rank ?? Number.POSITIVE_INFINITY) - (b.rank ?? Number.POSITIVE_INFINITY));
  const rows = sorted.map((candidate) => [
    String(candidate.seed),
    ...terms.map((term) => pointsOf(candidate, term, ledger)),
    candidate.total === null ? '-' : signed(candidate.total, 2),
    verdictWords(candidate),
  ]);
  return alignColumns([[t.choice.seed, ...terms.map((term) => t.choice.points[term]), t.choice.score, ''], ...rows]);
}
