import { ArtistError } from '../../../lib/core/index.ts';
import { bestOfGain, type Ledger, ledgers, type TermName, termNames } from '../../../lib/curation/index.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { decimal, signed, t } from '../../texts/texts.ts';
import { queryPositional } from './works.ts';

/** A term of the candidate that would have been kept without a choice, and of the one that was kept. */
function roundOf({ candidates, winner }: Ledger, term: TermName): { first: number; best: number } | undefined {
  const first = candidates.find(({ faults }) => faults.length === 0)?.terms[term];
  const best = winner === null ? undefined : candidates[winner]?.terms[term];
  return typeof first === 'number' && typeof best === 'number' ? { first, best } : undefined;
}

export const measureGainCommand = command({
  optional: queryPositional,
  examples: [
    ['$0 measure gain', 'Over all works chosen among several candidates'],
    ['$0 measure gain "tag:autumn" --json', 'Over the works that a query finds'],
  ],
  epilogue:
    'Compares the kept candidate with the first that passed the gates, term by term. A term that took part in the choice gains by construction; whether the works are better needs another judge (see docs/curation.md).',
  run: async ({ query = '' }, context) => {
    const rounds: Ledger[] = [];
    for await (const { ledger } of ledgers(await openGallery(context), 'newest', query))
      if (ledger.curation !== 'unscored' && ledger.candidates.filter(({ faults }) => faults.length === 0).length > 1) rounds.push(ledger);
    if (rounds.length < 3)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `measure gain: expected at least 3 works with several scored candidates, got ${rounds.length}. Paint with ai-artist create --candidates 3`,
      );
    const terms = termNames.flatMap((term) => {
      const found = rounds.flatMap((ledger) => roundOf(ledger, term) ?? []);
      return found.length < 3 ? [] : [{ term, ...bestOfGain(found) }];
    });
    const changed = rounds.filter(({ candidates, winner }) => candidates.findIndex(({ faults }) => faults.length === 0) !== winner).length;
    return {
      json: { rounds: rounds.length, changed, terms },
      text: alignColumns(
        terms.map(({ term, first, best, gain, gainInterval: [low, high] }) => [
          t.choice.points[term],
          t.measure.gain.line({
            first: decimal(first, 3),
            best: decimal(best, 3),
            gain: signed(gain, 3),
            range: t.measure.range({ low: decimal(low, 3), high: decimal(high, 3) }),
          }),
          t.choice.meaning[term],
        ]),
      ),
      notes: [`${t.measure.gain.changed({ n: rounds.length, changed })}; ${t.measure.certain}`],
    };
  },
});
