import type { ChoosingAnswer } from '../../../lib/server/api/figures/views.ts';
import { Empty } from '../../form/sections.tsx';
import { numberText, t } from '../../texts/text.ts';
import { Awaited } from '../awaited.tsx';
import { saveCsv } from '../charts/csv.ts';
import { CsvButton } from '../charts/figure.tsx';
import { reachOf, Whisker } from '../charts/whisker.tsx';
import { intervalText, percentText, signedText } from '../format.ts';
import { NoWorks } from '../no-works.tsx';
import { asked, isReversed, type Range } from '../range.ts';
import { termText } from '../terms.ts';
import { Tiles } from '../tiles.tsx';
import { Spreads } from './spreads.tsx';

/** What choosing among candidates brought, and how scores and ratings spread. */
export function ChoosingSection({ range }: { range: Range }) {
  const path = (name: string): string | undefined => (isReversed(range) ? undefined : `figures/${name}`);
  return (
    <>
      <Awaited<ChoosingAnswer> path={path('choosing')} query={asked(range)} height={500} isFollowed>
        {(answer) => <Choosing answer={answer} range={range} />}
      </Awaited>
      <Spreads path={path('spreads')} range={range} />
    </>
  );
}

function Choosing({ answer, range }: { answer: ChoosingAnswer; range: Range }) {
  const { rounds, chosen, candidates, rejected, faults, terms, ratings, works } = answer;
  if (works === 0) return <NoWorks range={range} />;
  if (rounds === 0) return <Empty>{t('figures.noRounds')}</Empty>;
  return (
    <>
      <Tiles
        tiles={[
          { label: t('figures.chosen'), value: numberText(chosen), about: t('figures.chosenOf', { n: rounds }) },
          { label: t('figures.candidatesAWork'), value: numberText(candidates / rounds, 1) },
          { label: t('figures.rejectedShare'), value: percentText(rejected / Math.max(1, candidates)), about: faultsText(faults) },
        ]}
      />
      {terms.length > 0 ? <Gains terms={terms} /> : <Empty>{t('figures.noGains')}</Empty>}
      <p class="max-w-prose text-sm">
        {ratings
          ? t('figures.ratingsChosen', {
              chosen: numberText(ratings.with.mean, 1, { isFixed: true }),
              n: ratings.with.n,
              rest: numberText(ratings.rest.mean, 1, { isFixed: true }),
              others: ratings.rest.n,
              difference: signedText(ratings.difference),
              interval: intervalText(ratings.interval, signedText),
            })
          : t('figures.ratingsUnknown')}
      </p>
    </>
  );
}

const faultsText = (faults: ChoosingAnswer['faults']): string =>
  faults
    .slice(0, 3)
    .map(({ name, candidates }) => `${name} ${numberText(candidates)}`)
    .join(' · ');

type Gain = ChoosingAnswer['terms'][number];

/** Kept candidates against the first ones, which would be the works without choosing. */
function Gains({ terms }: { terms: readonly Gain[] }) {
  const title = t('figures.gains');
  const head = [
    t('figures.term'),
    t('figures.scorer'),
    t('figures.rounds'),
    t('figures.kept'),
    t('figures.overFirst'),
    t('figures.low'),
    t('figures.high'),
  ];
  const rows = terms.map(({ term, scorer, rounds, kept, overFirst }) => [
    termText(term),
    scorer,
    rounds,
    kept,
    overFirst.mean,
    ...overFirst.interval,
  ]);
  const isMixed = new Set(terms.map(({ scorer }) => scorer)).size > 1;
  return (
    <section aria-label={title} class="flex flex-col gap-3 rounded-lg border border-line bg-raised p-3">
      <header class="flex items-start gap-2">
        <div class="min-w-0 flex-1">
          <h2 class="font-medium">{title}</h2>
          <p class="max-w-prose text-sm text-muted">{t('figures.gains.about')}</p>
        </div>
        <CsvButton title={title} onClick={() => saveCsv({ head, rows }, 'choosing')} />
      </header>
      <ul class="flex flex-col gap-3">
        {terms.map((term) => (
          <GainRow key={`${term.scorer}\n${term.term}`} gain={term} isMixed={isMixed} />
        ))}
      </ul>
    </section>
  );
}

function GainRow({ gain: { term, scorer, ranked, rounds, kept, overFirst, gain }, isMixed }: { gain: Gain; isMixed: boolean }) {
  const text = (value: number): string => signedText(value, 3);
  return (
    <li class="grid items-center gap-x-4 text-sm sm:grid-cols-[12rem_minmax(8rem,1fr)_minmax(0,1.4fr)]">
      <span class="min-w-0">
        <span class="font-medium">{termText(term)}</span>
        {ranked && <span class="block w-fit rounded bg-sunken px-1.5 text-xs">{t('figures.ranked')}</span>}
        {isMixed && (
          <span class="block truncate text-xs text-muted" title={scorer} dir="auto">
            {scorer}
          </span>
        )}
      </span>
      <Whisker value={overFirst.mean} interval={overFirst.interval} reach={reachOf([overFirst.interval])} />
      <span class="text-muted">
        {t('figures.gainIs', {
          first: text(overFirst.mean),
          interval: intervalText(overFirst.interval, text),
          passed: text(gain.mean),
          kept: numberText(kept, 3),
          n: rounds,
        })}
      </span>
    </li>
  );
}
