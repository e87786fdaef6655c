import type { RecommendationsAnswer } from '../../../lib/server/api/figures/views.ts';
import { mayPaint } from '../../api/session.ts';
import { Empty } from '../../form/sections.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf } from '../../navigate/router.ts';
import { numberText, t } from '../../texts/text.ts';
import { Awaited } from '../awaited.tsx';
import { saveCsv } from '../charts/csv.ts';
import { CsvButton } from '../charts/figure.tsx';
import { reachOf } from '../charts/whisker.tsx';
import { NoWorks } from '../no-works.tsx';
import { asked, isReversed, nameQuery, type Range, worksHref } from '../range.ts';
import { Likes, type PaintMore } from './likes.tsx';

/** What to paint more of, by the ratings. */
export function LikesSection({ range }: { range: Range }) {
  const more = usePaintMore();
  return (
    <>
      <Awaited<RecommendationsAnswer> path={isReversed(range) ? undefined : 'figures/recommendations'} query={asked(range)} height={500}>
        {(answer) => (answer.works === 0 ? <NoWorks range={range} /> : <Shown answer={answer} range={range} more={more} />)}
      </Awaited>
      <p class="max-w-prose text-sm text-muted">{t('figures.engagement')}</p>
    </>
  );
}

/** The studio can be filled in with styles and topics that the artist knows; those of foreign pictures it may not. */
function usePaintMore(): PaintMore {
  const isAsked = mayPaint.value;
  const limit = { limit: 5000 };
  const styles = useAnswer<{ styles: { name: string }[] }>(isAsked ? 'styles' : undefined, limit).value?.styles;
  const topics = useAnswer<{ topics: { name: string }[] }>(isAsked ? 'topics' : undefined, limit).value?.topics;
  const known = { style: new Set(styles?.map(({ name }) => name)), topic: new Set(topics?.map(({ name }) => name)) };
  return (kind, name) => {
    if ((kind !== 'style' && kind !== 'topic') || !known[kind].has(name)) return undefined;
    return hrefOf('studio', { kind: 'create', options: JSON.stringify({ [kind]: name }) });
  };
}

function Shown({ answer, range, more }: { answer: RecommendationsAnswer; range: Range; more: PaintMore }) {
  const { rated, mean, compared, names, unknown } = answer;
  const of = (verdict: string): typeof names => names.filter((one) => one.verdict === verdict);
  const reach = reachOf(names.map(({ interval }) => interval));
  const group = { range, more, reach };
  return (
    <>
      <header class="flex items-start gap-2">
        <p class="min-w-0 flex-1 text-sm">
          {rated === 0 || mean === null
            ? t('figures.noRatings')
            : t('figures.ratedIs', { n: rated, mean: numberText(mean, 1, { isFixed: true }), compared })}{' '}
          <a class="inline-block min-h-6 text-accent underline" href={hrefOf('cull', { q: 'is:unrated', pass: 'stars' })}>
            {t('figures.rateMore')}
          </a>
        </p>
        {names.length > 0 && <CsvButton title={t('figures.likes')} onClick={() => saveCsv(tableOfNames(names), 'recommendations')} />}
      </header>
      <Likes title={t('figures.more')} names={of('more')} {...group} />
      <Likes title={t('figures.less')} names={of('less')} {...group} />
      {rated > 0 && of('more').length + of('less').length === 0 && <Empty>{t('figures.nothingCertain')}</Empty>}
      {of('open').length > 0 && (
        <details open={of('more').length + of('less').length === 0}>
          <summary class="min-h-6 cursor-pointer text-sm text-muted">{t('figures.open', { n: of('open').length })}</summary>
          <div class="pt-3">
            <Likes title={t('figures.openTitle')} names={of('open')} {...group} />
          </div>
        </details>
      )}
      {unknown.length > 0 && <Unknown unknown={unknown} range={range} />}
    </>
  );
}

function Unknown({ unknown, range }: { unknown: RecommendationsAnswer['unknown']; range: Range }) {
  return (
    <section aria-label={t('figures.unknown')} class="flex flex-col gap-2">
      <h2 class="font-medium">{t('figures.unknown')}</h2>
      <p class="text-sm text-muted">{t('figures.unknown.about')}</p>
      <ul class="flex flex-wrap gap-2">
        {unknown.map(({ kind, name, works }) => (
          <li key={`${kind}\n${name}`} class="max-w-full">
            <a
              href={worksHref(`${nameQuery(kind, name, range)} is:unrated`)}
              class="inline-flex min-h-8 max-w-full items-center gap-2 rounded-full border border-line bg-raised px-3 text-sm hover:bg-sunken"
            >
              <span class="text-xs text-muted">{t(`figures.kind.${kind}`)}</span>
              <span class="truncate" dir="auto">
                {name}
              </span>
              <span class="text-xs text-muted tabular-nums">{t('works.count', { n: works })}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const tableOfNames = (names: RecommendationsAnswer['names']) => ({
  head: [
    ...[t('figures.kind'), t('figures.name'), t('figures.verdict'), t('figures.works.series'), t('figures.rated'), t('figures.mean')],
    ...[t('figures.low'), t('figures.high'), t('figures.restRated'), t('figures.restMean'), t('figures.difference')],
    ...[t('figures.differenceLow'), t('figures.differenceHigh'), 'p'],
  ],
  rows: names.map(({ kind, name, verdict, works, with: own, rest, difference, interval, p }) => [
    ...[kind, name, verdict, works, own.n, own.mean, ...own.interval],
    ...[rest.n, rest.mean, difference, ...interval, p],
  ]),
});
