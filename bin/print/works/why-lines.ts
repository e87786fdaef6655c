import { type Ledger, type LedgerCandidate, termNames } from '../../../lib/curation/index.ts';
import type { Artwork } from '../../../lib/gallery/index.ts';
import { decimal, signed, t } from '../../texts/texts.ts';
import { alignColumns, faultWords, ledgerTable } from '../ledger-table.ts';

/** Why this candidate is the work, as half a sentence. */
function reasonOf({ candidates, curation, wildCard, lastResort }: Ledger, kept: LedgerCandidate | undefined): string {
  if (!kept) return t.choice.unknown;
  if (lastResort) return t.choice.leastBad;
  if (candidates.length === 1) return t.choice.only;
  if (curation === 'unscored') return t.choice.first;
  if (candidates.every((one) => one === kept || one.verdict === 'rejected')) return t.choice.onlyGood;
  const total = kept.total ?? 0;
  const score = signed(total, 2);
  if (wildCard) return t.choice.byLot({ score });
  return candidates.some((one) => (one.total ?? total) > total) ? t.choice.tie({ score }) : t.choice.best({ score });
}

/** What got points, how much it counts, and what was usual. */
function termLines({ basis, weights }: Ledger): string[] {
  const rows = termNames.flatMap((term) => {
    const known = basis[term];
    if (!known) return [];
    const weight = weights.values[term] ?? 0;
    const { n } = known;
    return [
      [
        `  ${t.choice.points[term]}`,
        t.choice.meaning[term],
        t.choice.counts({ weight: decimal(weight, Number.isInteger(weight) ? 0 : 2) }),
        known.from === 'history' ? t.choice.usualOfPast({ n }) : t.choice.usualOfRound({ n }),
      ],
    ];
  });
  const widest = Math.max(0, ...rows.map(([, meaning = '']) => meaning.length));
  return alignColumns(rows.map(([name = '', meaning = '', ...rest]) => [name, meaning.padEnd(widest), ...rest]));
}

/** Explains why this candidate was kept: sentences, and the points of every candidate. */
export function whyLines({ id, recipe }: Artwork, ledger: Ledger): string[] {
  const { candidates, winner, curation, model, dropped, adaptive, subjectDoubtful } = ledger;
  const kept = winner === null ? undefined : candidates[winner];
  const scored = curation !== 'unscored';
  const lines = [
    `${id}${recipe?.prompt === undefined ? '' : `: ${recipe.prompt}`}`,
    t.choice.kept({ n: candidates.length, seed: String(kept?.seed ?? '?'), why: reasonOf(ledger, kept) }),
  ];
  if (subjectDoubtful) lines.push(t.choice.subjectDoubtful);
  if (candidates.length === 1 && !scored) lines.push(t.choice.several);
  for (const { verdict, seed, faults, ...rest } of scored ? [] : candidates)
    if (verdict === 'rejected') lines.push(t.choice.refused({ seed, faults: faultWords({ verdict, seed, faults, ...rest }) }));
  if (scored) lines.push('', ...ledgerTable(ledger), '', t.choice.explain({ model: model ?? curation }), ...termLines(ledger));
  if (dropped.length > 0) lines.push(t.choice.notCounted({ points: dropped.map((term) => t.choice.points[term]).join(', ') }));
  for (const { seed, wouldHaveWonWithout } of candidates)
    for (const term of wouldHaveWonWithout) lines.push(t.choice.without({ points: t.choice.points[term], seed }));
  if (adaptive?.gain !== undefined && adaptive.gain !== null && adaptive.worthSeconds !== null)
    lines.push(
      t.choice.notWorth({
        gain: decimal(adaptive.gain, 2),
        worth: decimal(adaptive.worthSeconds, 1),
        seconds: decimal(adaptive.seconds, 1),
      }),
    );
  return lines;
}
