import { counted } from '../../../lib/core/index.ts';
import { type Ledger, termNames } from '../../../lib/curation/index.ts';
import type { Artwork } from '../../../lib/gallery/index.ts';
import { termWords } from './term-words.ts';

/** Sentences that explain why this candidate was kept. */
export function sentences({ id, recipe }: Artwork, ledger: Ledger): string[] {
  const { candidates, winner, curation, model, basis, dropped, wildCard, adaptive, subjectDoubtful, lastResort, weights } = ledger;
  const kept = winner === null ? undefined : candidates[winner];
  const lines = [
    `${id}${recipe?.prompt === undefined ? '' : `: ${recipe.prompt}`}`,
    `Seed ${kept?.seed ?? '?'} of ${counted(candidates.length, 'candidate')} was kept: ${kept?.reason ?? 'nothing is known'}.`,
  ];
  if (curation === 'unscored')
    lines.push('Nothing was compared: there was only one candidate. For several: ai-artist create --candidates 4');
  else {
    lines.push(`Scored by ${model ?? curation}, weights ${weights.version}.`);
    for (const term of termNames) {
      const known = basis[term];
      if (!known) continue;
      const from = known.from === 'history' ? `the last ${known.n} values` : `these ${counted(known.n, 'candidate')}`;
      lines.push(
        `  ${term} (${termWords[term]}): weight ${weights.values[term]}; usual is ${known.mean.toPrecision(4)} ± ${known.deviation.toPrecision(2)}, of ${from}`,
      );
    }
  }
  if (dropped.length > 0) lines.push(`Some candidates had no ${dropped.join(', ')}, so this was not counted for any.`);
  if (wildCard) lines.push('It is the wild card: drawn at random, not the best.');
  if (lastResort) lines.push('No candidate passed the gates: it is the best of those that only looked wrong.');
  if (subjectDoubtful) lines.push('The subject was not clearly visible in any candidate, so this gate rejected none.');
  if (adaptive?.gain !== undefined && adaptive.gain !== null && adaptive.worthSeconds !== null)
    lines.push(
      `Another candidate was expected to be ${adaptive.gain.toFixed(2)} points better, which is worth ${adaptive.worthSeconds.toFixed(1)} s; painting it takes ${adaptive.seconds.toFixed(1)} s.`,
    );
  for (const { seed, wouldHaveWonWithout } of candidates)
    for (const term of wouldHaveWonWithout) lines.push(`Without ${term}, seed ${seed} would be the work.`);
  return lines;
}
