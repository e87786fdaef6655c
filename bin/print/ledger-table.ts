import { type Ledger, type LedgerCandidate, termNames } from '../../lib/curation/index.ts';

const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(2)}`;

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

function counterfactual({ wouldHaveWonWithout }: LedgerCandidate): string {
  return wouldHaveWonWithout.length === 0 ? '' : `; would have won without ${wouldHaveWonWithout.join(' or without ')}`;
}

/** A scored round, best first, rejected last: each term's value and z-score, the total and the verdict. */
export function ledgerTable({ basis, candidates }: Ledger): string[] {
  const terms = termNames.filter((term) => basis[term] !== undefined);
  const sorted = [...candidates].sort((a, b) => (a.rank ?? Number.POSITIVE_INFINITY) - (b.rank ?? Number.POSITIVE_INFINITY));
  const rows = sorted.map((candidate) => [
    String(candidate.seed),
    ...terms.map((term) => {
      const [raw, z] = [candidate.terms[term], candidate.z?.[term]];
      return `${raw?.toFixed(3) ?? '-'}${z === undefined ? '' : ` (${signed(z)})`}`;
    }),
    candidate.total === null ? '-' : signed(candidate.total),
    `${candidate.verdict}${candidate.verdict === 'rejected' ? `: ${candidate.reason}` : counterfactual(candidate)}`,
  ]);
  return alignColumns([['seed', ...terms, 'total', ''], ...rows]);
}
